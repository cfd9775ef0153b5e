// A list's filters: a select over few choices, a picker over many.
import { labels } from "./api.js";
import { option } from "./dom.js";
import { inSentence } from "./format.js";

const FEW = 50;
const ALL = "*";

/**
 * The filter over a reference or a Boolean in its place, `holder`. `changed(value or null)`: a choice was made;
 * `ready(mark)` is called once with a function that shows a value ("": no value, undefined: all).
 */
export async function filter(attribute, holder, changed, ready) {
  const select = holder.querySelector("select");
  if (select.options.length === 1) {
    const known = await labels(attribute.target, "", FEW).catch(() => null);
    if (known === null) return holder.remove();
    if (known.total > known.items.length) return search(attribute, holder, changed, ready);
    select.append(...known.items.map(({ Id, Label }) => option(String(Id), Label ?? String(Id))));
    if (!attribute.mandatory) select.append(option("", `${attribute.label}: none`));
  }
  select.addEventListener("change", () => changed(select.value === ALL ? null : select.value));
  select.disabled = false;
  return ready((value) => show(select, value));
}

// Few lists need one: its script comes when it is known that this one does.
async function search(attribute, holder, changed, ready) {
  const loaded = await import("./picker.js").catch(() => null);
  if (loaded === null) return holder.remove();
  const placeholder = `${attribute.label}: all`;
  const { target, fixed } = attribute;
  const id = `filter-${attribute.name}`;
  const box = loaded.picker({ id, target, fixed, label: name(attribute), placeholder, changed, tidy: true });
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
