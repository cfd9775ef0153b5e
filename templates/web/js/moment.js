// A moment's control: shown and entered in the person's own time, sent as UTC.
import { option } from "./dom.js";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const DAY = 86_400_000;

/** Of an hour that occurs twice, when the clocks go back, a select says which one is meant. */
export function momentControl(attribute, root) {
  const node = root.querySelector("input");
  const which = root.querySelector("select");
  let stored = null;
  let offset = 0;
  const offer = () => {
    const found = instants(node.value);
    which.hidden = found.length < 2;
    which.replaceChildren(...found.map((at, index) => option(at, `${index ? "Second" : "First"} time (${zone(at)})`)));
    which.value = found.find((at) => offsetAt(at) === offset) ?? found[0] ?? "";
  };
  node.addEventListener("input", offer);
  which.addEventListener("change", () => (offset = offsetAt(Number(which.value))));
  return {
    node,
    help: `In your time zone (${ZONE}); stored as UTC.`,
    raw: () => node.value + node.validity.badInput + (which.hidden ? "" : which.value),
    rawOf: (value) => {
      const text = value ? shown(value) : "";
      return `${text}false${instants(text).length > 1 ? whole(value) : ""}`;
    },
    set: (value) => {
      stored = value;
      offset = value ? offsetAt(whole(value)) : 0;
      const text = value ? shown(value) : "";
      node.step = text.length > 16 ? "1" : "60";
      node.value = text;
      offer();
    },
    value: () => (which.value ? utc(Number(which.value)) + fraction(stored, node.value) + "Z" : null),
    wrong: () => {
      if (node.validity.badInput) return "Enter the whole date and time.";
      return node.value && !which.value ? "This time doesn't exist: the clocks go forward. Choose another." : "";
    },
  };
}

const whole = (text) => Math.floor(new Date(text).getTime() / 1000) * 1000;
const utc = (at) => new Date(at).toISOString().slice(0, 19);

// What a clock here shows at an instant, to the second.
function clock(at) {
  const time = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  const date = [String(time.getFullYear()).padStart(4, "0"), two(time.getMonth() + 1), two(time.getDate())];
  return `${date.join("-")}T${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

const shown = (text) => clock(whole(text)).replace(/:00$/, "");
const offsetAt = (at) => Date.parse(`${clock(at)}Z`) - at;

// The instants at which a clock here shows this: none of an hour that is left out, two of one that occurs twice.
function instants(text) {
  if (!text) return [];
  const told = Date.parse(`${text}Z`);
  const found = [...new Set([told - DAY, told + DAY].map((near) => told - offsetAt(near)))];
  return found.filter((at) => Date.parse(`${clock(at)}Z`) === told).sort((one, other) => one - other);
}

function zone(at) {
  const minutes = Math.round(Math.abs(offsetAt(at)) / 60_000);
  const parts = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `UTC${offsetAt(at) < 0 ? "\u2212" : "+"}${parts.join(":")}`;
}

// The part of a second is never shown: it stays as long as the time of day does.
function fraction(stored, text) {
  const kept = stored && shown(stored).slice(10) === text.slice(10);
  return kept ? (/\.\d+/.exec(stored)?.[0] ?? "") : "";
}
