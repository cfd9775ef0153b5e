// Below a list: which rows these are, how many a page, and the way to the pages beside.
import { h, icon, option } from "./dom.js";
import { SIZES, writeQuery } from "./query.js";

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
