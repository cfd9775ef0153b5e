// A form field for every data type. A field knows its first raw value: what nobody touched is never sent back.
import { address, labels } from "./api.js";
import { h } from "./dom.js";
import { DECIMAL_SIGN, display, inSentence, isNumber, plainDecimal } from "./format.js";
import { picker } from "./picker.js";
import { check } from "./rules.js";

const FEW = 50;
const LONG_TEXT = 200;
const MOST_BYTES = 20_000_000;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * A control is {node, raw(), set(value, row), value(), wrong?()}: `raw` is what stands there, `value` what is sent,
 * `wrong` a sentence when what stands there can't be a value at all.
 */
const CONTROLS = {
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
      if (now.type === "text" && /[\r\n]/.test(value ?? "")) now = replaceBy(now, h("textarea", { id: now.id, rows: "3", dir: "auto" }));
      now.value = value ?? "";
    },
  };
}

function replaceBy(old, node) {
  for (const name of old.getAttributeNames()) if (name !== "type" && !node.hasAttribute(name)) node.setAttribute(name, old.getAttribute(name));
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
      node.value = value === null || value === undefined ? "" : plainDecimal(value, attribute.type).replace(".", DECIMAL_SIGN);
    },
    value: () => exact(node.value.trim()).replace(/^\+/, "") || null,
    wrong: () => (DECIMAL_SIGN === "," && node.value.includes(".") ? "Enter a number without grouping, like 1234,5." : ""),
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
  const local = (at, seconds) => `${two(at.getFullYear(), 4)}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}` : ""}`;
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
    raw: () => (clear.checked ? "clear" : input.files.length ? `${input.files[0].name}:${input.files[0].size}:${input.files[0].lastModified}` : ""),
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
  const node = h("select", { id, dir: "auto" }, h("option", { value: "" }, ""), choices.items.map((item) => h("option", { value: item.Id }, item.Label ?? String(item.Id))));
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
    wrong: () => (box.pending() && box.input.value.trim() ? `Choose one of the ${inSentence(attribute.label)} suggestions.` : ""),
  };
}

/** What the form needs before it can be drawn: the first labels of every reference, by attribute name. */
export async function choicesFor(descriptor) {
  const references = descriptor.attributes.filter((attribute) => attribute.type === "Identifier");
  const answers = references.map(async (attribute) => [attribute.name, await labels(attribute.target, "", FEW)]);
  return Object.fromEntries(await Promise.all(answers));
}

/** One attribute's label, control, help and error; `context`: {entity, choices}. */
export class Field {
  constructor(attribute, context) {
    this.attribute = attribute;
    this.id = `field-${attribute.name}`;
    this.control = CONTROLS[attribute.type](attribute, this.id, context);
    this.error = h("p", { class: "error-text", id: `${this.id}-error`, dir: "auto", hidden: true });
    this.note = h("p", { class: "help changed", id: `${this.id}-note`, dir: "auto", hidden: true });
    this.root = this.build();
    this.describe();
    this.root.addEventListener("input", () => this.error.hidden || this.tell(this.problem()));
    this.root.addEventListener("change", () => this.error.hidden || this.tell(this.problem()));
  }

  build() {
    const { attribute, control, id } = this;
    const mark = attribute.mandatory ? h("span", { class: "mark", "aria-hidden": "true" }, " *") : null;
    if (attribute.mandatory && attribute.type !== "Boolean") control.node.setAttribute("aria-required", "true");
    const texts = [sentence(attribute.description), control.help, lengthHelp(attribute), defaultHelp(attribute)].filter(Boolean);
    this.help = texts.length ? h("p", { class: "help", id: `${id}-help`, dir: "auto" }, texts.join(" ")) : null;
    if (attribute.type === "Boolean") {
      return h("div", { class: "field" }, h("label", { class: "check", for: id }, control.node, h("span", { dir: "auto" }, attribute.label)), this.error, this.note, this.help);
    }
    const label = h("label", { for: id, dir: "auto" }, attribute.label, mark);
    return h("div", { class: "field" }, label, control.parts ?? control.node, this.error, this.note, this.help);
  }

  describe() {
    const shown = [this.error, this.note, this.help].filter((part) => part && !part.hidden).map((part) => part.id);
    if (shown.length) this.control.node.setAttribute("aria-describedby", shown.join(" "));
    else this.control.node.removeAttribute("aria-describedby");
  }

  /** Fills the field from a row; null: a record to be, with its default. */
  fill(row) {
    const value = row === null ? literalDefault(this.attribute) : row[this.attribute.name];
    this.control.set(value ?? null, row);
    this.blank = this.control.raw();
    this.isNew = row === null;
    this.stored = row;
    this.warn("");
    this.tell("");
  }

  /** A newer row has come from the server: what was typed stays, and the field says what it has become there. */
  rebase(row) {
    if (!this.touched()) return this.fill(row);
    const { name } = this.attribute;
    const same = JSON.stringify(this.stored?.[name]) === JSON.stringify(row[name]);
    this.stored = row;
    if (!same) this.warn(`Saved meanwhile: ${display(row, this.attribute) || "no value"}.`);
    return undefined;
  }

  touched() {
    return this.control.raw() !== this.blank;
  }

  /** Whether the value goes into the request: what was changed and, of a new record, what an empty box shows: No. */
  sends() {
    return this.touched() || (this.isNew && this.attribute.type === "Boolean");
  }

  value() {
    return this.control.value();
  }

  problem() {
    const wrong = this.control.wrong?.();
    if (wrong) return wrong;
    const value = this.control.value();
    if (value === null && this.isNew && isFunction(this.attribute.default)) return "";
    return !this.touched() && !this.isNew ? "" : check(this.attribute, value);
  }

  tell(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = sentence === "";
    if (sentence) this.control.node.setAttribute("aria-invalid", "true");
    else this.control.node.removeAttribute("aria-invalid");
    this.describe();
  }

  warn(sentence) {
    this.note.textContent = sentence;
    this.note.hidden = sentence === "";
    this.describe();
  }

  focus() {
    this.control.node.focus();
  }
}

/** A description as a sentence, so that another can follow it. */
const sentence = (text) => (text && !/[.!?\u2026)]$/.test(text.trim()) ? `${text.trim()}.` : text);
const isFunction = (value) => typeof value === "object" && value !== null;
const literalDefault = ({ default: value }) => (isFunction(value) ? undefined : value);

const FUNCTIONS = { CurrDate: "today", CurrTime: "the time of saving", CurrDateTime: "the moment of saving" };

function defaultHelp({ default: value }) {
  return isFunction(value) && FUNCTIONS[value.function] ? `Left empty: ${FUNCTIONS[value.function]}.` : "";
}

function lengthHelp({ minimum, maximum, minLength }) {
  if (minLength > 1) return `At least ${minLength} characters.`;
  if (minimum !== undefined && maximum !== undefined) return `From ${minimum} to ${maximum}.`;
  if (minimum !== undefined) return `At least ${minimum}.`;
  return maximum !== undefined ? `At most ${maximum}.` : "";
}
