// A form field: label, control, help and error. What nobody touched is never sent back: a field knows what its control
// makes of the value that the server was last known to hold.
import { labels } from "./api.js";
import { CONTROLS, sent } from "./controls.js";
import { h } from "./dom.js";
import { display } from "./format.js";
import { check } from "./rules.js";

const FEW = 50;

/** The first labels of every reference that the form doesn't offer by itself, in a map by attribute name. */
export async function choicesFor(attributes) {
  const asked = attributes.filter(({ type, fixed }) => type === "Identifier" && !fixed);
  const answers = asked.map(async ({ name, target }) => [name, await labels(target, "", FEW)]);
  return new Map(await Promise.all(answers));
}

/** One attribute's label, control, help and error within `root`; `context`: {entity, choices, isNew}. */
export class Field {
  constructor(attribute, root, context) {
    this.attribute = attribute;
    this.root = root;
    this.isNew = context.isNew;
    this.control = CONTROLS[attribute.type](attribute, root, context);
    this.help = root.querySelector(".help");
    const id = (part) => `field-${attribute.name}-${part}`;
    this.error = h("p", { class: "error-text", id: id("error"), dir: "auto", hidden: true });
    this.note = h("p", { class: "help changed", id: id("note"), dir: "auto", hidden: true });
    if (this.help) this.help.before(this.error, this.note);
    else root.append(this.error, this.note);
    this.explain();
    this.describe();
    this.root.addEventListener("input", () => this.error.hidden || this.tell(this.problem()));
    this.root.addEventListener("change", () => this.error.hidden || this.tell(this.problem()));
  }

  // The help's parts that depend on the record and on the person.
  explain() {
    const fresh = this.help?.querySelector(".new");
    if (this.isNew && fresh) fresh.hidden = false;
    else fresh?.remove();
    if (this.control.help) this.help.querySelector(".zone").textContent = ` ${this.control.help}`;
    if (this.help) this.help.hidden = this.help.textContent.trim() === "";
  }

  describe() {
    const shown = [this.error, this.note, this.help].filter((part) => part && !part.hidden).map((part) => part.id);
    if (shown.length) this.control.node.setAttribute("aria-describedby", shown.join(" "));
    else this.control.node.removeAttribute("aria-describedby");
  }

  /** Fills the field from a row; null: a record to be, with its default. */
  fill(row) {
    const value = row === null ? this.attribute.default : row[this.attribute.name];
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
    if (value === null && this.isNew && this.attribute.computed) return "";
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
