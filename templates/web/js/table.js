// The list's table: headers that sort, rows that open, and its shape while it loads.
import { h, icon } from "./dom.js";
import { display, isNumber } from "./format.js";
import { go } from "./router.js";

const NONE = "\u2014";

/** `address(item)`: where a row leads, or null; `sortBy(attribute name)` is called by a header. */
export class Table {
  constructor({ title, columns, label, address, sortBy }) {
    Object.assign(this, { columns, label, address, sortBy });
    this.heads = columns.map((column) => this.head(column));
    this.body = h("tbody", { role: "rowgroup" });
    const head = h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, this.heads));
    const table = h("table", { role: "table", "aria-label": title }, head, this.body);
    this.root = h("div", { class: "scroller", role: "region", "aria-label": title, tabindex: "0" }, table);
  }

  fill(items) {
    this.body.replaceChildren(...items.map((item) => this.line(item)));
  }

  head(column) {
    if (column.type === "Binary Data") return h("th", { scope: "col", role: "columnheader" }, column.label);
    const parts = [h("span", { dir: "auto" }, column.label), h("span", { class: "arrow" })];
    const button = h("button", { type: "button", class: "sorter", onclick: () => this.sortBy(column.name) }, parts);
    const kind = isNumber(column.type) ? "number" : null;
    return h("th", { scope: "col", role: "columnheader", class: kind, "data-name": column.name }, button);
  }

  /** Shows what is sorted by: an attribute's name, "-" in front when falling, or "". */
  mark(sort) {
    const [now] = sort.split(",");
    for (const head of this.heads.filter((th) => th.dataset.name)) {
      const { name } = head.dataset;
      const order = now === name ? "ascending" : now === `-${name}` ? "descending" : null;
      if (order) head.setAttribute("aria-sort", order);
      else head.removeAttribute("aria-sort");
      head.querySelector(".arrow").replaceChildren(icon(order === "ascending" ? "up" : order ? "down" : "both"));
    }
  }

  line(item) {
    const address = this.address(item);
    const cells = this.columns.map((column, index) => this.cell(item, column, index === 0 ? address : null));
    const row = h("tr", { role: "row", class: address ? "link" : null }, cells);
    row.addEventListener("click", (event) => {
      if (address && !event.target.closest("a") && !String(getSelection())) go(address);
    });
    return row;
  }

  cell(item, column, address) {
    const text = display(item, column);
    const name = text.trim() ? text : `${this.label} ${item.Id}`;
    const shown = address ? h("a", { href: address, dir: "auto" }, name) : value(text, column);
    const kinds = [isNumber(column.type) && "number", address && "first"].filter(Boolean).join(" ");
    const title = text.length > 30 ? text : null;
    return h("td", { role: "cell", class: kinds || null, "data-label": column.label, title }, shown);
  }
}

function value(text, column) {
  if (!text.trim()) return h("span", { class: "none" }, NONE);
  return h("span", { class: column.targetStatic ? "badge" : null, dir: isNumber(column.type) ? null : "auto" }, text);
}

/** The table's own shape, so that nothing jumps when the rows arrive. */
export function skeleton(columns) {
  const bones = () => Array.from({ length: Math.max(1, Math.min(columns, 6)) }, () => h("span", { class: "bone" }));
  const lines = Array.from({ length: 8 }, () => h("div", { class: "bones" }, bones()));
  return h("div", { class: "skeleton", "aria-hidden": "true" }, lines);
}
