// The form controls, one for every data type.
import { address } from "./api.js";
import { h } from "./dom.js";
import { DECIMAL_SIGN, display, inSentence, isNumber, plainDecimal } from "./format.js";
import { picker } from "./picker.js";

const LONG_TEXT = 200;
const MOST_BYTES = 20_000_000;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * A control is {node, raw(), set(value, row), value(), wrong?()}: `raw` is what stands there, `value` what is sent,
 * `wrong` a sentence when what stands there can't be a value at all.
 */
export const CONTROLS = {
  Text: textControl,
  Email: (attribute, id) => inputControl(id, { type: "email", autocomplete: "off" }, (text) => text.trim()),
  "Phone Number": (attribute, id) => inputControl(id, { type: "tel", autocomplete: "off" }, (text) => text.trim()),
  Integer: (attribute, id) => numberControl(attribute, id, "numeric"),
  "Long Integer": (attribute, id) => numberControl(attribute, id, "numeric"),
  Decimal: (attribute, id) => numberControl(attribute, id, "decimal"),
  Currency: (attribute, id) => numberControl(attribute, id, "decimal"),
  Boolean: booleanControl,
  Date: (attribute, id) => nativeControl(id, "date"),
  Time: (attribute, id) => nativeControl(id, "time"),
  "Date Time": momentControl,
  "Binary Data": fileControl,
  Identifier: referenceControl,
};

function textControl(attribute, id) {
  const long = attribute.length === undefined || attribute.length > LONG_TEXT;
  if (long) return plain(h("textarea", { id, rows: "3", dir: "auto" }));
  return plain(h("input", { id, type: "text", autocomplete: "off", dir: "auto" }));
}

function plain(node, tidy = (text) => text) {
  let now = node;
  return {
    get node() {
      return now;
    },
    raw: () => now.value,
    value: () => tidy(now.value) || null,
    set(value) {
      // A one-line input would drop line breaks: such a text gets the taller control.
      if (now.type === "text" && /[\r\n]/.test(value ?? ""))
        now = replaceBy(now, h("textarea", { id: now.id, rows: "3", dir: "auto" }));
      now.value = value ?? "";
    },
  };
}

function replaceBy(old, node) {
  for (const name of old.getAttributeNames())
    if (name !== "type" && !node.hasAttribute(name)) node.setAttribute(name, old.getAttribute(name));
  old.replaceWith(node);
  return node;
}

const inputControl = (id, attributes, tidy) => plain(h("input", { id, ...attributes }), tidy);

function numberControl(attribute, id, mode) {
  const node = h("input", { id, type: "text", inputmode: mode, autocomplete: "off", class: "short" });
  const exact = (text) => (isNumber(attribute.type) && DECIMAL_SIGN === "," ? text.replace(",", ".") : text);
  return {
    node,
    raw: () => node.value,
    set: (value) => {
      node.value =
        value === null || value === undefined ? "" : plainDecimal(value, attribute.type).replace(".", DECIMAL_SIGN);
    },
    value: () => exact(node.value.trim()).replace(/^\+/, "") || null,
    wrong: () =>
      DECIMAL_SIGN === "," && node.value.includes(".") ? "Enter a number without grouping, like 1234,5." : "",
  };
}

function booleanControl(attribute, id) {
  const node = h("input", { id, type: "checkbox" });
  return {
    node,
    raw: () => (node.indeterminate ? "" : String(node.checked)),
    set: (value, row) => {
      node.checked = value === true;
      node.indeterminate = row !== null && (value === null || value === undefined);
    },
    value: () => (node.indeterminate ? null : node.checked),
  };
}

function nativeControl(id, type) {
  const node = h("input", { id, type, class: "short", max: type === "date" ? "9999-12-31" : null });
  return {
    node,
    raw: () => node.value + node.validity.badInput,
    set: (value) => {
      if (type === "time") node.step = /:\d\d:(?!00)/.test(value ?? "") ? "1" : "60";
      node.value = (value ?? "").slice(0, type === "time" ? 8 : undefined);
    },
    value: () => (type === "time" && node.value.length === 5 ? `${node.value}:00` : node.value) || null,
    wrong: () => (node.validity.badInput ? `Enter the whole ${type}.` : ""),
  };
}

// Shown in the person's own time, sent as UTC.
function momentControl(attribute, id) {
  const node = h("input", { id, type: "datetime-local", class: "short", max: "9999-12-31T23:59:59" });
  const two = (number, width = 2) => String(number).padStart(width, "0");
  const local = (at, seconds) =>
    `${two(at.getFullYear(), 4)}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}` : ""}`;
  return {
    node,
    help: `In your time zone (${ZONE}); stored as UTC.`,
    raw: () => node.value + node.validity.badInput,
    set: (value) => {
      const at = value ? new Date(value) : null;
      const seconds = at !== null && at.getSeconds() !== 0;
      node.step = seconds ? "1" : "60";
      node.value = at ? local(at, seconds) : "";
    },
    value: () => (node.value ? new Date(node.value).toISOString().replace(".000Z", "Z") : null),
    wrong: () => (node.validity.badInput ? "Enter the whole date and time." : ""),
  };
}

function fileControl(attribute, id, { entity }) {
  const input = h("input", { id, type: "file" });
  const stored = h("p", { class: "stored", hidden: true });
  const clear = h("input", { type: "checkbox", id: `${id}-clear` });
  const clearing = h("label", { class: "check", for: `${id}-clear`, hidden: true }, clear, "Remove the stored file");
  clear.addEventListener("change", () => clear.checked && (input.value = ""));
  input.addEventListener("change", () => (clear.checked = false));
  let size = null;
  return {
    node: input,
    parts: [stored, input, clearing],
    raw: () =>
      clear.checked
        ? "clear"
        : input.files.length
          ? `${input.files[0].name}:${input.files[0].size}:${input.files[0].lastModified}`
          : "",
    set: (value, row) => {
      size = value?.size ?? null;
      input.value = "";
      clear.checked = false;
      stored.hidden = clearing.hidden = size === null;
      if (size === null) return;
      const name = `${attribute.name}-${row.Id}`;
      const link = h("a", { href: address(entity, row.Id, attribute.name), download: name }, "Download");
      stored.replaceChildren(link, ` (${display(row, attribute)})`);
      clearing.hidden = attribute.mandatory === true;
    },
    // Kept files count as a value, so that "Choose a file" isn't asked of them.
    value: () => (clear.checked ? null : input.files.length ? input.files[0] : size === null ? null : { size }),
    wrong: () => (input.files[0]?.size > MOST_BYTES ? "Choose a file of at most 20 MB." : ""),
  };
}

/** A chosen file as the base64 text that the API takes. */
export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.readAsDataURL(file);
  });
}

// Few choices make a plain select, many a picker; which one is known before the form is drawn.
function referenceControl(attribute, id, { choices }) {
  if (choices.total > choices.items.length) return pickerControl(attribute, id);
  const node = h(
    "select",
    { id, dir: "auto" },
    h("option", { value: "" }, ""),
    choices.items.map((item) => h("option", { value: item.Id }, item.Label ?? String(item.Id))),
  );
  const ids = new Map(choices.items.map((item) => [String(item.Id), item.Id]));
  return {
    node,
    raw: () => node.value,
    set: (value, row) => {
      const text = value === null || value === undefined ? "" : String(value);
      if (text && !ids.has(text)) {
        ids.set(text, value);
        node.append(h("option", { value: text }, row?.$labels?.[attribute.name] ?? text));
      }
      node.value = text;
    },
    value: () => (node.value === "" ? null : ids.get(node.value)),
  };
}

function pickerControl(attribute, id) {
  const box = picker({ id, target: attribute.target, placeholder: "Type to search" });
  return {
    node: box.input,
    parts: [box.root],
    raw: () => `${box.get() ?? ""}|${box.pending() ? box.input.value : ""}`,
    set: (value, row) => box.set(value ?? null, row?.$labels?.[attribute.name] ?? null),
    value: () => box.get(),
    wrong: () =>
      box.pending() && box.input.value.trim() ? `Choose one of the ${inSentence(attribute.label)} suggestions.` : "",
  };
}
