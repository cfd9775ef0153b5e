// The detail page: one record in a form, to be created, changed and deleted.
import { create, entity, remove } from "./api.js";
import { confirm, h, icon, show, toast } from "./dom.js";
import { count, inSentence, short } from "./format.js";
import { choicesFor, Field, formSkeleton } from "./fields.js";
import { listAddress } from "./query.js";
import { changeRecord, readRecord } from "./record.js";
import { go } from "./router.js";
import { notice } from "./shell.js";

const NOT_LOADED = "Not loaded";
// No answer (0), and those of whoever stands between: the request may have arrived.
const UNSURE = new Set([0, 502, 504]);

/** Builds the page; answers {root, unsaved(), close()}. */
export function detailPage({ app, screen, id, moved }) {
  const page = new Detail(app, screen, id, moved);
  return { root: page.root, unsaved: () => page.unsaved(), close: () => (page.closed = true) };
}

class Detail {
  constructor(app, screen, id, moved) {
    this.app = app;
    this.screen = screen;
    this.id = id === "new" ? null : id;
    this.moved = moved;
    this.fields = [];
    this.root = h("div", { class: "page narrow" }, formSkeleton());
    document.title = `${screen.title} · ${app.app}`;
    this.load();
  }

  async load() {
    try {
      const descriptor = entity(this.screen.entity);
      const stored = this.id === null ? { body: null, etag: null } : readRecord(this.screen.entity, this.id);
      const [known, choices, { body, etag }] = await Promise.all([descriptor, descriptor.then(choicesFor), stored]);
      if (this.closed) return;
      this.descriptor = known;
      this.noun = inSentence(known.label);
      this.take(body, etag);
      this.build(choices);
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
    const attribute = this.descriptor.attributes.find((candidate) => candidate.name === this.descriptor.display);
    const name = attribute ? (this.row.$labels?.[attribute.name] ?? this.row[attribute.name]) : null;
    return String(name ?? "").trim() ? short(String(name)) : `${this.descriptor.label} ${this.row.Id}`;
  }

  build(choices) {
    this.fields = this.descriptor.attributes.map(
      (attribute) =>
        new Field(attribute, {
          entity: this.screen.entity,
          choices: choices.get(attribute.name),
          isNew: this.row === null,
        }),
    );
    this.title = h("h1", { dir: "auto" }, this.heading());
    this.summary = h("div", { class: "banner", role: "alert", tabindex: "-1", hidden: true });
    this.save = h(
      "button",
      { class: "button primary", type: "submit" },
      this.row === null ? `Create ${this.noun}` : "Save",
    );
    const cancel = h("a", { class: "button", href: this.backAddress() }, "Cancel");
    this.form = h(
      "form",
      { novalidate: true, autocomplete: "off" },
      this.fields.map((field) => field.root),
    );
    this.form.append(
      h("div", { class: "form-buttons" }, this.save, cancel, this.row === null ? null : this.deleteButton()),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    for (const field of this.fields) field.fill(this.row);
    const legend = this.fields.some((field) => field.attribute.mandatory)
      ? h("p", { class: "legend" }, "* must be filled in")
      : null;
    const root = h("div", { class: "page narrow" }, this.crumbs(), this.title, this.summary, legend, this.form);
    if (this.descriptor.static) this.freeze();
    this.swap(root);
  }

  swap(root) {
    this.root.replaceChildren(...root.childNodes);
    const heading = this.root.querySelector("h1, h2");
    document.title = `${heading?.textContent ?? this.screen.title} · ${this.app.app}`;
    if (this.moved && heading) {
      heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
    }
  }

  // A static entity's records come from the model; they are shown, not changed.
  freeze() {
    for (const control of this.form.querySelectorAll("input, select, textarea")) control.disabled = true;
    this.form.lastChild.remove();
  }

  list() {
    return this.app.screens.find((screen) => screen.kind === "list" && screen.entity === this.screen.entity);
  }

  backAddress() {
    const list = this.list();
    return list ? listAddress(list.name) : "/";
  }

  crumbs() {
    const list = this.list();
    return h(
      "nav",
      { class: "crumbs", "aria-label": "Breadcrumb" },
      h("a", { href: this.backAddress(), dir: "auto" }, icon("left"), list?.title ?? "Start"),
    );
  }

  deleteButton() {
    return h("button", { class: "button quiet-danger", type: "button", onclick: () => this.delete() }, "Delete");
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
    this.title.textContent = this.heading();
    document.title = `${this.heading()} · ${this.app.app}`;
    return toast("Saved.");
  }

  async created(stored) {
    this.done = true;
    await go(`/${this.screen.name}/${encodeURIComponent(stored.Id)}`, { replace: true });
    toast(`${this.descriptor.label} created.`);
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
      this.title.textContent = this.heading();
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
      text: `\u201c${this.heading()}\u201d will be deleted for good${along(this.descriptor)}.`,
      yes: "Delete",
      danger: true,
    });
    if (!sure) return;
    await this.working("Not deleted", async () => {
      await remove(this.screen.entity, this.id, this.etag);
      this.done = true;
      await go(this.backAddress(), { replace: true });
      toast(`${this.descriptor.label} deleted.`);
    });
  }

  fail(problem) {
    const again = h("button", { class: "button", type: "button", onclick: () => this.retry() }, "Try again");
    const back = h("a", { class: "button", href: this.backAddress() }, "Back to the list");
    const box = problem.status === 404
      ? notice("Not found", "There is no such record any more. It may have been deleted.", back)
      : notice("This page couldn't be loaded", problem.detail ?? String(problem.message), again, back);
    box.classList.add("error");
    this.swap(h("div", {}, box));
  }

  retry() {
    show(this.root, formSkeleton(), false);
    this.load();
  }
}

function along({ deletedAlong = [] }) {
  const nouns = deletedAlong.map(inSentence);
  const last = nouns.pop();
  return last ? `, and with it every ${nouns.length ? `${nouns.join(", ")} and ${last}` : last} that belongs to it` : "";
}
