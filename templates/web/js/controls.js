// The form controls, one for every data type.
import { address } from "./api.js";
import { h, option } from "./dom.js";
import { bytes, DECIMAL_SIGN, inSentence, isNumber, plainDecimal } from "./format.js";
import { momentControl } from "./moment.js";
import { picker } from "./picker.js";
import { lineControl, textControl } from "./text.js";

const MOST_BYTES = 20_000_000;
// Not of type email: browsers write those domains anew.
const EMAIL = { type: "text", inputmode: "email", autocapitalize: "none", spellcheck: "false" };

/**
 * A control is {node, raw(), rawOf(value, row), set(value, row), value(), wrong?()}: `raw` is what stands there, `rawOf`
 * what would stand there for a value, `value` what is sent, `wrong` a sentence when what stands there can't be a value.
 */
export const CONTROLS = {
  Text: textControl,
  Email: (attribute, id) => lineControl(id, EMAIL),
  "Phone Number": (attribute, id) => lineControl(id, { type: "tel" }),
  Integer: (attribute, id) => numberControl(attribute, id, "numeric"),
  "Long Integer": (attribute, id) => numberControl(attribute, id, "numeric"),
  Decimal: (attribute, id) => numberControl(attribute, id, "decimal"),
  Currency: (attribute, id) => numberControl(attribute, id, "decimal"),
  Boolean: (attribute, id) => (attribute.mandatory ? boxControl(id) : yesNoControl(id)),
  Date: (attribute, id) => nativeControl(id, "date"),
  Time: (attribute, id) => nativeControl(id, "time"),
  "Date Time": momentControl,
  "Binary Data": fileControl,
  Identifier: referenceControl,
};

function numberControl(attribute, id, mode) {
  const node = h("input", { id, type: "text", inputmode: mode, autocomplete: "off", class: "short exact" });
  const exact = (text) => (isNumber(attribute.type) && DECIMAL_SIGN === "," ? text.replace(",", ".") : text);
  const rawOf = (value) =>
    value === null || value === undefined ? "" : plainDecimal(value, attribute.type).replace(".", DECIMAL_SIGN);
  return {
    node,
    raw: () => node.value,
    rawOf,
    set: (value) => (node.value = rawOf(value)),
    value: () => exact(node.value.trim()).replace(/^\+/, "") || null,
    wrong: () =>
      DECIMAL_SIGN === "," && node.value.includes(".") ? "Enter a number without grouping, like 1234,5." : "",
  };
}

function yesNoControl(id) {
  const node = h("select", { id, class: "short" }, option("", ""), option("true", "Yes"), option("false", "No"));
  const rawOf = (value) => (value === null || value === undefined ? "" : String(value));
  return {
    node,
    raw: () => node.value,
    rawOf,
    set: (value) => (node.value = rawOf(value)),
    value: () => (node.value === "" ? null : node.value === "true"),
  };
}

function boxControl(id) {
  const node = h("input", { id, type: "checkbox" });
  const open = (value, row) => row !== null && (value === null || value === undefined);
  return {
    node,
    raw: () => (node.indeterminate ? "" : String(node.checked)),
    rawOf: (value, row) => (open(value, row) ? "" : String(value === true)),
    set: (value, row) => {
      node.checked = value === true;
      node.indeterminate = open(value, row);
    },
    value: () => (node.indeterminate ? null : node.checked),
  };
}

function nativeControl(id, type) {
  const node = h("input", { id, type, class: "short", max: type === "date" ? "9999-12-31" : null });
  const shown = (value) => (value ?? "").slice(0, type === "time" ? 8 : undefined);
  return {
    node,
    raw: () => node.value + node.validity.badInput,
    rawOf: (value) => `${shown(value)}false`,
    set: (value) => {
      if (type === "time") node.step = /:\d\d:(?!00)/.test(value ?? "") ? "1" : "60";
      node.value = shown(value);
    },
    value: () => (type === "time" && node.value.length === 5 ? `${node.value}:00` : node.value) || null,
    wrong: () => (node.validity.badInput ? `Enter the whole ${type}.` : ""),
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
    rawOf: () => "",
    set: (value, row) => {
      size = value?.size ?? null;
      input.value = "";
      clear.checked = false;
      stored.hidden = clearing.hidden = size === null;
      if (size === null) return;
      const download = value.name ?? `${attribute.name}-${row.Id}`;
      const words = value.name ? ["Download ", h("bdi", {}, value.name)] : "Download";
      stored.replaceChildren(h("a", { href: address(entity, row.Id, attribute.name), download }, words), ` (${bytes(size)})`);
      clearing.hidden = attribute.mandatory === true;
    },
    // Kept files count as a value, so that "Choose a file" isn't asked of them.
    value: () => (clear.checked ? null : input.files.length ? input.files[0] : size === null ? null : { size }),
    wrong: () => (input.files[0]?.size > MOST_BYTES ? "Choose a file of at most 20 MB." : ""),
  };
}

/** A chosen file as the API takes it. */
export function sent(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => {
      const data = reader.result.slice(reader.result.indexOf(",") + 1);
      resolve({ data, name: file.name, type: file.type || null });
    };
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
    rawOf: (value) => String(value ?? ""),
    set: (value, row) => {
      const text = String(value ?? "");
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
    rawOf: (value) => `${value ?? ""}|`,
    set: (value, row) => box.set(value ?? null, row?.$labels?.[attribute.name] ?? null),
    value: () => box.get(),
    wrong: () =>
      box.pending() && box.input.value.trim() ? `Choose one of the ${inSentence(attribute.label)} suggestions.` : "",
  };
}
