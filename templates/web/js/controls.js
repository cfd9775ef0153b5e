// The form controls, one for every data type; their elements are in the screen's HTML.
import { address } from "./api.js";
import { h, option } from "./dom.js";
import { bytes, DECIMAL_SIGN, inSentence, isNumber, plainDecimal } from "./format.js";
import { momentControl } from "./moment.js";
import { picker } from "./picker.js";
import { lineControl, textControl } from "./text.js";

const MOST_BYTES = 20_000_000;

/**
 * A control is {node, raw(), rawOf(value, row), set(value, row), value(), wrong?()}: `raw` is what stands there, `rawOf`
 * what would stand there for a value, `value` what is sent, `wrong` a sentence when what stands there can't be a value.
 */
export const CONTROLS = {
  Text: textControl,
  Email: lineControl,
  "Phone Number": lineControl,
  Integer: numberControl,
  "Long Integer": numberControl,
  Decimal: numberControl,
  Currency: numberControl,
  Boolean: (attribute, root) => (attribute.mandatory ? boxControl(root) : yesNoControl(root)),
  Date: (attribute, root) => nativeControl(root, "date"),
  Time: (attribute, root) => nativeControl(root, "time"),
  "Date Time": momentControl,
  "Binary Data": fileControl,
  Identifier: referenceControl,
};

function numberControl(attribute, root) {
  const node = root.querySelector("input");
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

function yesNoControl(root) {
  const node = root.querySelector("select");
  const rawOf = (value) => (value === null || value === undefined ? "" : String(value));
  return {
    node,
    raw: () => node.value,
    rawOf,
    set: (value) => (node.value = rawOf(value)),
    value: () => (node.value === "" ? null : node.value === "true"),
  };
}

function boxControl(root) {
  const node = root.querySelector("input");
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

function nativeControl(root, type) {
  const node = root.querySelector("input");
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

function fileControl(attribute, root, { entity }) {
  const stored = h("p", { class: "stored", hidden: true });
  const clearing = root.querySelector(".check");
  const [input, clear] = root.querySelectorAll("input");
  input.before(stored);
  clear.addEventListener("change", () => clear.checked && (input.value = ""));
  input.addEventListener("change", () => (clear.checked = false));
  let size = null;
  return {
    node: input,
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

// Few choices make a plain select, many a picker; a static entity's are in the HTML, the others have been asked for.
function referenceControl(attribute, root, { choices = { items: [], total: 0 } }) {
  const node = root.querySelector("select");
  const many = attribute.fixed ? node.options.length === 1 : choices.total > choices.items.length;
  if (many) return pickerControl(attribute, node);
  node.append(...choices.items.map((item) => option(item.Id, item.Label ?? String(item.Id))));
  const ids = new Map(choices.items.map((item) => [String(item.Id), item.Id]));
  return {
    node,
    raw: () => node.value,
    rawOf: (value) => String(value ?? ""),
    set: (value, row) => {
      const text = String(value ?? "");
      if (![...node.options].some((item) => item.value === text)) {
        ids.set(text, value);
        node.append(option(text, row?.$labels?.[attribute.name] ?? text));
      }
      node.value = text;
    },
    value: () => (node.value === "" ? null : (ids.get(node.value) ?? node.value)),
  };
}

function pickerControl(attribute, node) {
  const { target, fixed } = attribute;
  const box = picker({ id: node.id, target, fixed, placeholder: "Type to search" });
  if (attribute.mandatory) box.input.setAttribute("aria-required", "true");
  node.replaceWith(box.root);
  return {
    node: box.input,
    raw: () => `${box.get() ?? ""}|${box.pending() ? box.input.value : ""}`,
    rawOf: (value) => `${value ?? ""}|`,
    set: (value, row) => box.set(value ?? null, row?.$labels?.[attribute.name] ?? null),
    value: () => box.get(),
    wrong: () =>
      box.pending() && box.input.value.trim() ? `Choose one of the ${inSentence(attribute.label)} suggestions.` : "",
  };
}
