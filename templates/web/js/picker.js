// A reference picker: the ARIA combobox pattern over labels that the server searches.
import { labelOf, labels } from "./api.js";
import { h, icon } from "./dom.js";

const DELAY = 200;
const SHOWN = 20;

/**
 * `changed(id or null)` is called on a choice. Answers {root, input, get(), set(id, label), pending()}.
 * `pending`: text stands there that is no choice; with `tidy` it goes when the focus does.
 */
export function picker({ id, target, fixed, label, placeholder, changed, tidy = false }) {
  return new Picker({ id, target, fixed, label, placeholder, changed, tidy });
}

class Picker {
  constructor({ id, target, fixed, label, placeholder, changed, tidy }) {
    this.target = target;
    this.fixed = fixed;
    this.changed = changed;
    this.tidy = tidy;
    this.chosen = null;
    this.label = "";
    this.items = [];
    this.active = -1;
    this.listId = `${id}-list`;
    this.input = h("input", {
      type: "text",
      id,
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      dir: "auto",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.listId,
      "aria-label": label,
      placeholder,
    });
    this.list = h("ul", { id: this.listId, role: "listbox", "aria-label": "Choices", hidden: true });
    this.hint = h("div", { class: "picker-hint", role: "status", hidden: true });
    this.popup = h("div", { class: "popup", hidden: true }, this.list, this.hint);
    this.root = h("div", { class: "picker" }, this.input, icon("expand"), this.popup);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("click", () => this.popup.hidden && this.open());
    this.input.addEventListener("blur", () => this.left());
    this.popup.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get() {
    return this.chosen;
  }

  pending() {
    return this.input.value !== this.label;
  }

  /** Sets a choice; without its label the server is asked for it. */
  async set(id, label) {
    if (id === this.chosen && label === null) return;
    this.chosen = id;
    this.show(id === null ? "" : (label ?? String(id)));
    if (id === null || label !== null) return;
    const found = await labelOf(this.target, id, this.fixed).catch(() => String(id));
    if (this.chosen === id) this.show(found);
  }

  show(label) {
    this.label = label;
    this.input.value = label;
  }

  typed() {
    clearTimeout(this.timer);
    if (this.input.value === "" && this.chosen !== null) this.choose(null);
    this.timer = setTimeout(() => this.open(this.input.value), DELAY);
  }

  async open(search = "") {
    this.request?.abort();
    const request = (this.request = new AbortController());
    try {
      const { items, total } = await labels(this.target, search.trim().slice(0, 200), SHOWN, request.signal);
      if (document.activeElement === this.input) this.fill(items, total, search.trim() !== "");
    } catch (problem) {
      if (problem.name !== "AbortError") this.tell(problem.detail, true);
    }
  }

  fill(items, total, searched) {
    this.items = items;
    this.list.replaceChildren(...items.map((item, index) => this.choice(item, index)));
    this.list.hidden = items.length === 0;
    this.tell(
      items.length === 0
        ? "Nothing found"
        : total > items.length
          ? `${total - items.length} more: type to find them`
          : "",
    );
    this.popup.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const chosen = items.findIndex((item) => item.Id === this.chosen);
    this.mark(chosen < 0 && searched && items.length > 0 ? 0 : chosen);
  }

  tell(text, open = false) {
    this.hint.textContent = text;
    this.hint.hidden = text === "";
    if (open) this.popup.hidden = false;
  }

  choice(item, index) {
    const chosen = String(item.Id === this.chosen);
    const take = () => this.choose(item);
    return h(
      "li",
      { id: `${this.listId}-${index}`, role: "option", "aria-selected": chosen, dir: "auto", onclick: take },
      item.Label ?? String(item.Id),
    );
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      if (this.popup.hidden) this.open();
      else this.mark((this.active + moves[event.key] + this.items.length) % this.items.length);
    } else if (event.key === "Enter" && !this.popup.hidden && this.active >= 0) {
      event.preventDefault();
      this.choose(this.items[this.active]);
    } else if (event.key === "Escape" && !this.popup.hidden) {
      event.preventDefault();
      this.shut();
    }
  }

  mark(index) {
    this.active = Number.isNaN(index) ? -1 : index;
    [...this.list.children].forEach((node, at) => node.classList.toggle("active", at === this.active));
    const node = this.list.children[this.active];
    if (!node) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  choose(item) {
    const id = item ? item.Id : null;
    const other = id !== this.chosen;
    this.chosen = id;
    if (item) {
      this.show(item.Label ?? String(item.Id));
      this.shut();
    } else this.label = "";
    if (other) this.changed?.(id);
  }

  // Typed to the end what is a choice: take it. Otherwise the text stays, and the field says what is wrong.
  left() {
    clearTimeout(this.timer);
    const typed = this.input.value.trim().toLowerCase();
    const same = this.items.filter((item) => typed && String(item.Label).toLowerCase() === typed);
    if (this.pending() && same.length === 1) this.choose(same[0]);
    else if (this.pending() && this.tidy) this.show(this.label);
    this.shut();
  }

  shut() {
    this.request?.abort();
    this.popup.hidden = true;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }
}
