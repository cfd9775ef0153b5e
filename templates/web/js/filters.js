// A list's filters: a select over few choices, a picker over many.
import { labels } from "./api.js";
import { h, option } from "./dom.js";
import { inSentence } from "./format.js";
import { picker } from "./picker.js";

const FEW = 50;
const ALL = "*";

/**
 * The filter over a reference or a Boolean. `changed(value or null)`: a choice was made; `ready(mark)` is called once
 * with a function that shows a value ("": no value, undefined: all).
 */
export function filter(attribute, changed, ready) {
  const holder = h("div", { class: "filter" });
  if (attribute.type === "Boolean") choose(attribute, YES_NO, holder, changed, ready);
  else reference(attribute, holder, changed, ready);
  return holder;
}

const YES_NO = [
  { Id: "true", Label: "yes" },
  { Id: "false", Label: "no" },
];

function choose(attribute, items, holder, changed, ready) {
  const select = h("select", { "aria-label": name(attribute) }, option(ALL, `${attribute.label}: all`));
  const text = (label) => (items === YES_NO ? `${attribute.label}: ${label}` : label);
  select.append(...items.map(({ Id, Label }) => option(String(Id), text(Label ?? String(Id)))));
  if (!attribute.mandatory) select.append(option("", `${attribute.label}: none`));
  select.addEventListener("change", () => changed(select.value === ALL ? null : select.value));
  holder.replaceChildren(select);
  ready((value) => show(select, value));
}

async function reference(attribute, holder, changed, ready) {
  holder.append(h("select", { disabled: true, "aria-label": name(attribute) }, option("", `${attribute.label}: all`)));
  try {
    const { items, total } = await labels(attribute.target, "", FEW);
    if (total <= items.length) return choose(attribute, items, holder, changed, ready);
  } catch {
    return holder.remove();
  }
  const placeholder = `${attribute.label}: all`;
  const id = `filter-${attribute.name}`;
  const box = picker({ id, target: attribute.target, label: name(attribute), placeholder, changed, tidy: true });
  holder.replaceChildren(box.root);
  return ready((value) => box.set(value ?? null, value === "" ? `${attribute.label}: none` : null));
}

const name = (attribute) => `Filter by ${inSentence(attribute.label)}`;

// A value from the address that is no choice (any more) is shown as it is.
function show(select, value) {
  const wanted = value ?? ALL;
  if (![...select.options].some((item) => item.value === wanted)) select.append(option(wanted, wanted));
  select.value = wanted;
  select.classList.toggle("set", value !== undefined);
}
