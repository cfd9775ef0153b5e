// Text controls. A browser shows and gives back every line end as LF; a text keeps those it has.
import { h } from "./dom.js";

const LONG_TEXT = 200;
const LINE_END = /\r\n?|\n/;

/** A text: one line or, where there is no limit or a wide one, several. */
export function textControl(attribute, id) {
  const long = attribute.length === undefined || attribute.length > LONG_TEXT;
  if (long) return control(lines(id), (text) => text);
  return control(h("input", { id, type: "text", autocomplete: "off", dir: "auto" }), (text) => text);
}

/** One line of which blanks around it are no part. */
export const lineControl = (id, attributes) =>
  control(h("input", { id, autocomplete: "off", ...attributes }), (text) => text.trim());

const lines = (id) => h("textarea", { id, rows: "3", dir: "auto" });

function control(first, tidy) {
  let node = first;
  let exact = "";
  let shown = "";
  // Edits are followed one by one, so that each touches the line ends within itself alone.
  const follow = () => {
    if (node.value !== shown) exact = edited(exact, shown, node.value);
    shown = node.value;
    return exact;
  };
  node.addEventListener("input", follow);
  return {
    get node() {
      return node;
    },
    raw: follow,
    rawOf: (value) => value ?? "",
    value: () => tidy(follow()) || null,
    set(value) {
      exact = value ?? "";
      // A one-line input would drop line breaks: such a text gets the taller control.
      if (node.localName === "input" && LINE_END.test(exact)) {
        node = replaceBy(node, lines(node.id));
        node.addEventListener("input", follow);
      }
      node.value = exact;
      shown = node.value;
    },
  };
}

function replaceBy(old, node) {
  for (const name of old.getAttributeNames())
    if (name !== "type" && !node.hasAttribute(name)) node.setAttribute(name, old.getAttribute(name));
  old.replaceWith(node);
  return node;
}

// `exact` with the change from `before` to `after`, which both have LF alone; new lines end as the first one does.
function edited(exact, before, after) {
  if (!exact.includes("\r")) return after;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const added = after.slice(start, after.length - end).replaceAll("\n", LINE_END.exec(exact)[0]);
  return exact.slice(0, place(exact, start)) + added + exact.slice(place(exact, before.length - end));
}

// Where a place of the text with LF alone is in the exact one.
function place(exact, index) {
  let at = 0;
  for (let seen = 0; seen < index; seen += 1) at += exact.startsWith("\r\n", at) ? 2 : 1;
  return at;
}
