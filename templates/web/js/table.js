// The list's table: headers that sort, rows that open.
import { h, icon } from "./dom.js";
import { display, isNumber } from "./format.js";
import { go } from "./router.js";

const NONE = "\u2014";

/** The table within `root`. `address(item)`: where a row leads, or null; `sortBy(name)` is called by a header. */
export class Table {
  constructor(root, { columns, label, address, sortBy }) {
    Object.assign(this, { root, columns, label, address });
    this.heads = [...root.querySelectorAll("th[data-name]")];
    this.body = root.querySelector("tbody");
    for (const head of this.heads)
      head.querySelector("button").addEventListener("click", () => sortBy(head.dataset.name));
  }

  fill(items) {
    this.body.replaceChildren(...items.map((item) => this.line(item)));
  }

  /** Shows what is sorted by: an attribute's name, "-" in front when falling, or "". */
  mark(sort) {
    const [now] = sort.split(",");
    for (const head of this.heads) {
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
  return h("span", { class: column.fixed ? "badge" : null, dir: isNumber(column.type) ? null : "auto" }, text);
}
