// A detail screen: one record in a form, to be created, changed and deleted.
import { create, remove } from "./api.js";
import { confirm, entitle, h, icon, notice, toast } from "./dom.js";
import { count, inSentence, short } from "./format.js";
import { choicesFor, Field } from "./fields.js";
import { listAddress } from "./query.js";
import { changeRecord, readRecord } from "./record.js";
import { go, refresh } from "./router.js";

const NOT_LOADED = "Not loaded";
// No answer (0), and those of whoever stands between: the request may have arrived.
const UNSURE = new Set([0, 502, 504]);

/**
 * A detail, of {name, title, entity, label, display?, list?, deletedAlong?, attributes}. Its `page({root, id, moved})`
 * brings the HTML in `root` to life and answers {unsaved(), close()}.
 */
export const detail = (screen) => ({
  kind: "detail",
  ...screen,
  page({ root, id, moved }) {
    const made = new Detail(screen, root, id, moved);
    return { unsaved: () => made.unsaved(), close: () => (made.closed = true) };
  },
});

class Detail {
  constructor(screen, root, id, moved) {
    this.screen = screen;
    this.root = root;
    this.id = id === "new" ? null : id;
    this.moved = moved;
    this.fields = [];
    this.noun = inSentence(screen.label);
    this.find();
    entitle(screen.title);
    this.load();
  }

  find() {
    const find = (selector) => this.root.querySelector(selector);
    this.title = find("h1");
    this.summary = find(".banner");
    this.form = find("form");
    this.save = find("[type=submit]");
    this.remover = find(".quiet-danger");
    for (const link of this.root.querySelectorAll(".crumbs a, .form-buttons a")) link.href = this.backAddress();
    this.remover.addEventListener("click", () => this.delete());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  async load() {
    const { entity, attributes } = this.screen;
    try {
      const stored = this.id === null ? { body: null, etag: null } : readRecord(entity, this.id);
      const [choices, { body, etag }] = await Promise.all([choicesFor(attributes), stored]);
      if (this.closed) return;
      this.take(body, etag);
      this.fill(choices);
    } catch (problem) {
      if (!this.closed) this.fail(problem);
    }
  }

  take(body, etag) {
    this.row = body;
    this.etag = etag;
  }

  heading() {
    if (this.row === null) return `New ${this.noun}`;
    const { display, label } = this.screen;
    const name = this.row.$labels?.[display] ?? this.row[display];
    return String(name ?? "").trim() ? short(String(name)) : `${label} ${this.row.Id}`;
  }

  fill(choices) {
    const { entity, attributes } = this.screen;
    const isNew = this.row === null;
    this.fields = attributes.map((attribute) => {
      const root = this.form.querySelector(`[data-name="${attribute.name}"]`);
      return new Field(attribute, root, { entity, choices: choices.get(attribute.name), isNew });
    });
    for (const field of this.fields) field.fill(this.row);
    if (isNew) this.save.textContent = `Create ${this.noun}`;
    this.remover.hidden = isNew;
    this.save.disabled = this.form.querySelector("fieldset").disabled = false;
    this.form.removeAttribute("aria-busy");
    this.showHeading();
    if (this.moved) this.focusHeading();
  }

  showHeading() {
    this.title.textContent = this.heading();
    entitle(this.heading());
  }

  focusHeading() {
    const heading = this.root.querySelector("h1");
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
  }

  backAddress() {
    return this.screen.list ? listAddress(this.screen.list) : "/";
  }

  unsaved() {
    return this.fields.some((field) => field.touched()) && !this.done;
  }

  async submit() {
    if (this.busy) return;
    this.tell(null);
    const wrong = this.fields.filter((field) => {
      const sentence = field.problem();
      field.tell(sentence);
      return sentence !== "";
    });
    if (wrong.length) return wrong[0].focus();
    const sending = this.fields.filter((field) => field.sends());
    if (this.row !== null && sending.length === 0) return toast("Nothing has changed.");
    await this.working("Not saved", () => this.send(sending));
    return undefined;
  }

  async working(failure, act) {
    this.busy = true;
    this.save.setAttribute("aria-disabled", "true");
    this.form.setAttribute("aria-busy", "true");
    try {
      await act();
    } catch (problem) {
      this.refuse(problem, failure);
    } finally {
      this.busy = false;
      this.save.removeAttribute("aria-disabled");
      this.form.removeAttribute("aria-busy");
    }
  }

  async send(fields) {
    const values = await Promise.all(fields.map(async (field) => [field.attribute.name, await field.sending()]));
    const body = Object.fromEntries(values);
    if (this.row === null) return this.created((await create(this.screen.entity, body)).body);
    const { body: stored, etag } = await changeRecord(this.screen.entity, this.row, body, this.etag);
    this.take(stored, etag);
    for (const field of this.fields) field.saved(stored);
    this.showHeading();
    return toast("Saved.");
  }

  async created(stored) {
    this.done = true;
    await go(`/${this.screen.name}/${encodeURIComponent(stored.Id)}`, { replace: true });
    toast(`${this.screen.label} created.`);
  }

  // `failure` says what didn't happen; the server's own words say why.
  refuse(problem, failure) {
    if (problem.status === 412) return this.meanwhile(failure);
    if (UNSURE.has(problem.status) && failure !== NOT_LOADED) return this.unsure(problem);
    const named = this.fields.filter((field) => problem.errors?.[field.attribute.name]);
    for (const field of named) field.tell(problem.errors[field.attribute.name].join(" "));
    const others = Object.entries(problem.errors ?? {}).filter(
      ([name]) => !named.some((field) => field.attribute.name === name),
    );
    if (named.length && !others.length) return named[0].focus();
    const extra = others.flatMap(([, sentences]) => sentences).join(" ");
    if (problem.status === 404)
      return this.tell(
        `This ${this.noun} has been deleted`,
        "Somebody deleted it meanwhile. Copy what you need, then go back to the list.",
      );
    return this.tell(failure, extra || problem.detail || String(problem.message));
  }

  meanwhile(failure) {
    this.tell(
      `Somebody else changed this ${this.noun}`,
      `It was saved by somebody else after you opened it. ${failure}: load the latest values, look at what is marked, then try again.`,
      this.reload(),
    );
  }

  reload() {
    const text = this.unsaved() ? "Load the latest, keep what I typed" : "Load the latest";
    return h("button", { class: "button", type: "button", onclick: () => this.rebase() }, text);
  }

  // The request has been sent and nobody says what has become of it.
  unsure(problem) {
    const title = problem.status === 504 ? "Not confirmed" : problem.title;
    if (this.row !== null)
      return this.tell(title, "It may have been done or not. Load the latest to see which.", this.reload());
    const list = h("a", { class: "button", href: this.backAddress(), target: "_blank" }, "Look into the list");
    return this.tell(
      title,
      `This ${this.noun} may have been created or not. Look into the list before you create it again; what you typed is still here.`,
      list,
    );
  }

  rebase() {
    return this.working(NOT_LOADED, async () => {
      const { body, etag } = await readRecord(this.screen.entity, this.id);
      this.take(body, etag);
      const others = this.fields.filter((field) => field.rebase(body)).length;
      this.showHeading();
      this.tell(null);
      (this.fields.find((field) => field.touched()) ?? this.fields[0])?.focus();
      const marked = others ? ` ${count(others, "change is", "changes are")} marked.` : "";
      toast(`Latest values loaded.${marked}${this.unsaved() ? " Save to keep your changes." : ""}`);
    });
  }

  tell(title, text, ...actions) {
    this.summary.hidden = title === null;
    this.summary.replaceChildren();
    if (title === null) return;
    this.summary.append(
      icon("alert"),
      h("div", {}, h("strong", { dir: "auto" }, title), h("p", { dir: "auto" }, text), ...actions),
    );
    this.summary.scrollIntoView({ block: "center" });
    this.summary.focus({ preventScroll: true });
  }

  async delete() {
    if (this.busy) return;
    const sure = await confirm({
      title: `Delete this ${this.noun}?`,
      text: `\u201c${this.heading()}\u201d will be deleted for good${along(this.screen)}.`,
      yes: "Delete",
      danger: true,
    });
    if (!sure) return;
    await this.working("Not deleted", async () => {
      await remove(this.screen.entity, this.id, this.etag);
      this.done = true;
      await go(this.backAddress(), { replace: true });
      toast(`${this.screen.label} deleted.`);
    });
  }

  fail(problem) {
    const again = h("button", { class: "button", type: "button", onclick: () => refresh() }, "Try again");
    const back = h("a", { class: "button", href: this.backAddress() }, "Back to the list");
    const box = problem.status === 404
      ? notice("Not found", "There is no such record any more. It may have been deleted.", back)
      : notice("This page couldn't be loaded", problem.detail ?? String(problem.message), again, back);
    box.classList.add("error");
    this.root.replaceChildren(box);
    entitle(box.querySelector("h1").textContent);
    if (this.moved) this.focusHeading();
  }
}

function along({ deletedAlong = [] }) {
  const nouns = deletedAlong.map(inSentence);
  const last = nouns.pop();
  return last ? `, and with it every ${nouns.length ? `${nouns.join(", ")} and ${last}` : last} that belongs to it` : "";
}
