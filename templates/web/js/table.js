// The list's table: headers that sort, rows that open; and what stands below it: which rows these are, the pages beside.
import { h, icon, option } from "./dom.js";
import { display, isNumber } from "./format.js";
import { SIZES, writeQuery } from "./query.js";
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

/** `move(part of a query)` is called on a choice. Answers {root, fill(query, total, words)}. */
export function paging(move) {
  const root = h("div", { class: "paging" });
  const fill = (query, total, words) => {
    const held = root.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    root.replaceChildren(...parts(query, total, words, move));
    if (held) (root.querySelector(`[aria-label="${held}"]`) ?? root.querySelector(".range")).focus();
  };
  return { root, fill };
}

function parts(query, total, words, move) {
  const { page, size } = query;
  const from = (page - 1) * size + 1;
  const range = `${from}\u2013${Math.min(page * size, total)} of ${words}`;
  const shown = [h("span", { class: "range", tabindex: "-1" }, range)];
  if (total > SIZES[0]) shown.push(sizes(size, move));
  if (total > size) shown.push(turns(query, Math.ceil(total / size), move));
  return shown;
}

function sizes(size, move) {
  const chosen = (event) => move({ size: Number(event.target.value), page: 1 });
  const options = SIZES.map((number) => option(String(number), `${number} a page`, number === size));
  return h("select", { "aria-label": "Rows a page", onchange: chosen }, options);
}

function turns(query, pages, move) {
  const step = (to, name, label) => {
    if (to < 1 || to > pages) return h("span", { class: "button icon-only off", "aria-hidden": "true" }, icon(name));
    const turn = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      move({ page: to });
    };
    const href = `?${writeQuery({ ...query, page: to })}`;
    return h("a", { class: "button icon-only", href, "aria-label": label, onclick: turn }, icon(name));
  };
  const where = h("span", { class: "of" }, `Page ${query.page} of ${pages}`);
  const steps = [step(query.page - 1, "left", "Previous page"), step(query.page + 1, "right", "Next page")];
  return h("div", { class: "turns" }, where, steps);
}
