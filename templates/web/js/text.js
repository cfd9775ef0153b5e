// Text controls. A browser shows and gives back every line end as LF; a text keeps those it has.
import { h } from "./dom.js";
import { bytes, count } from "./format.js";
import { readText } from "./record.js";

// Beyond so many characters a browser takes seconds to find a text's direction and its height.
const LARGE_TEXT = 20_000;
// No browser edits such a text at a pace that one could bear: its beginning is shown, and the whole is a file.
const HUGE_TEXT = 2_000_000;
// Before the beginning of a text of which the page has no more: nobody can write that.
const MORE = "\0";
const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arab}\p{Script=Hebr}\p{Script=Syrc}\p{Script=Thaa}\p{Script=Nkoo}]/u;
const LINE_END = /\r\n?|\n/;

/** A text: one line or several. */
export function textControl({ name }, root, { entity }) {
  const more = (row) => row?.$cut?.[name] && { size: row.$cut[name], load: () => readText(entity, row.Id, name) };
  return control(root, (text) => text, more);
}

/** One line of which blanks around it are no part. */
export const lineControl = (attribute, root) => control(root, (text) => text.trim());

// `more`: of a row of which not all of the text is here, {size in bytes, load() answers it}.
function control(root, tidy, more = () => undefined) {
  let node = root.querySelector("input, textarea");
  let exact = "";
  let shown = "";
  const whole = h("p", { class: "stored", hidden: true });
  node.after(whole);
  const anew = () => {
    whole.hidden = true;
    node.readOnly = false;
    node.value = exact = shown = "";
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.focus();
  };
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
    rawOf: (value, row) => (more(row) ? MORE : "") + (value ?? ""),
    value: () => tidy(follow()) || null,
    set(value, row) {
      const text = value ?? "";
      exact = this.rawOf(value, row);
      // A one-line input would drop line breaks: such a text gets the taller control.
      if (node.localName === "input" && LINE_END.test(text)) {
        node = replaceBy(node, h("textarea", { id: node.id, rows: "3", dir: "auto" }));
        node.addEventListener("input", follow);
      }
      if (node.localName === "textarea") fit(node, text);
      const stored = more(row);
      const huge = Boolean(stored) || text.length > HUGE_TEXT;
      node.readOnly = huge;
      node.value = huge ? text.slice(0, LARGE_TEXT) : text;
      shown = node.value;
      whole.hidden = !huge;
      if (!huge) return;
      const load = stored?.load ?? (() => text);
      whole.replaceChildren(`The beginning of ${tooLong(text, stored)} to edit here. `, ...file(load, node.id, anew));
    },
  };
}

const tooLong = (text, stored) =>
  stored ? `${bytes(stored.size)} of text, too much` : `${count(text.length, "character", "characters")}, too many`;

// The text is loaded, and the file made, when it is asked for: it is large.
function file(load, name, anew) {
  const told = h("span", { class: "error-text", role: "alert" });
  const save = async (event) => {
    event.preventDefault();
    try {
      const href = URL.createObjectURL(new Blob([await load()], { type: "text/plain" }));
      h("a", { href, download: `${name}.txt` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
      told.textContent = "";
    } catch ({ status, detail }) {
      told.textContent = status === 413 ? " It is larger than what the app can send." : ` ${detail}`;
    }
  };
  const link = h("a", { href: "#", download: `${name}.txt`, onclick: save }, "Download it");
  const button = h("button", { class: "button", type: "button", onclick: anew }, "Write a new text");
  return [link, " ", button, told];
}

function fit(node, text) {
  const large = text.length > LARGE_TEXT;
  node.classList.toggle("large", large);
  node.dir = !large ? "auto" : RIGHT_TO_LEFT.test(text.slice(0, 1000)) ? "rtl" : "ltr";
  node.spellcheck = !large;
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
