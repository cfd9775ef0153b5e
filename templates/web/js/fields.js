// A form field: label, control, help and error. What nobody touched is never sent back: a field knows what its control
// makes of the value that the server was last known to hold.
import { labels } from "./api.js";
import { CONTROLS, sent } from "./controls.js";
import { h } from "./dom.js";
import { display } from "./format.js";
import { check } from "./rules.js";

const FEW = 50;

/** What the form needs before it can be drawn: the first labels of every reference, in a map by attribute name. */
export async function choicesFor(descriptor) {
  const references = descriptor.attributes.filter((attribute) => attribute.type === "Identifier");
  const answers = references.map(async (attribute) => [attribute.name, await labels(attribute.target, "", FEW)]);
  return new Map(await Promise.all(answers));
}

/** One attribute's label, control, help and error; `context`: {entity, choices, isNew}. */
export class Field {
  constructor(attribute, context) {
    this.attribute = attribute;
    this.isNew = context.isNew;
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
    const texts = [
      sentence(attribute.description),
      control.help,
      lengthHelp(attribute),
      this.isNew && defaultHelp(attribute),
    ].filter(Boolean);
    this.help = texts.length ? h("p", { class: "help", id: `${id}-help`, dir: "auto" }, texts.join(" ")) : null;
    if (this.isBox()) {
      return h(
        "div",
        { class: "field" },
        h("label", { class: "check", for: id }, control.node, h("span", { dir: "auto" }, attribute.label)),
        this.error,
        this.note,
        this.help,
      );
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
    this.stored = row;
    this.warn("");
    this.tell("");
  }

  /**
   * A newer row has come from the server: what was typed stays, and the field says what it has become there. Answers
   * whether somebody else has changed this field.
   */
  rebase(row) {
    const { name } = this.attribute;
    const before = this.stored;
    const seen = (one) => JSON.stringify([one?.[name], one?.$cut?.[name]]);
    const same = seen(before) === seen(row);
    if (!this.touched()) {
      this.fill(row);
      if (!same) this.warn(`Changed by somebody else. Before: ${display(before, this.attribute) || "no value"}.`);
      return !same;
    }
    this.stored = row;
    this.blank = this.control.rawOf(row[name] ?? null, row);
    // What was typed is what is stored now: one's own change, or the same.
    if (!this.touched()) this.fill(row);
    else if (!same) this.warn(`Saved meanwhile: ${display(row, this.attribute) || "no value"}.`);
    return this.touched() && !same;
  }

  /** The value as it is sent; remembers what stands there, since a person may go on typing. */
  async sending() {
    this.sent = this.control.raw();
    const value = this.control.value();
    if (this.attribute.type === "Binary Data") return value instanceof File ? sent(value) : null;
    return this.attribute.type === "Integer" && value !== null ? Number(value) : value;
  }

  /** The row has been saved: what was typed since then stays, as a change to come. */
  saved(row) {
    if (this.control.raw() === this.sent || !this.touched()) return this.fill(row);
    this.stored = row;
    this.blank = this.control.rawOf(row[this.attribute.name] ?? null, row);
    return undefined;
  }

  touched() {
    return this.control.raw() !== this.blank;
  }

  /** Whether the value goes into the request: what was changed and, of a new record, what an empty box shows: No. */
  sends() {
    return this.touched() || (this.isNew && this.isBox());
  }

  /** A box has two states; where there may be no value, a select has three. */
  isBox() {
    return this.attribute.type === "Boolean" && this.attribute.mandatory === true;
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
    this.root.classList.toggle("changed", sentence !== "");
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
  if (!isFunction(value)) return "";
  return `Left empty: ${FUNCTIONS[value.function] ?? "computed when saved"}.`;
}

function lengthHelp({ minimum, maximum, minLength }) {
  if (minLength > 1) return `At least ${minLength} characters.`;
  if (minimum !== undefined && maximum !== undefined) return `From ${minimum} to ${maximum}.`;
  if (minimum !== undefined) return `At least ${minimum}.`;
  return maximum !== undefined ? `At most ${maximum}.` : "";
}

/** A form's shape while it loads. */
export function formSkeleton() {
  const line = () =>
    h("div", { class: "field" }, h("span", { class: "bone label" }), h("span", { class: "bone control" }));
  return h(
    "div",
    { class: "skeleton form", "aria-hidden": "true" },
    h("span", { class: "bone heading" }),
    Array.from({ length: 4 }, line),
  );
}
