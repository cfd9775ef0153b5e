// The list page: one table over one entity, searched, sorted, filtered and paged by the server.
import { entity, rows } from "./api.js";
import { announce, h, icon, option } from "./dom.js";
import { filter } from "./filters.js";
import { article, count, inSentence } from "./format.js";
import { paging } from "./paging.js";
import { readQuery, rememberList, writeQuery } from "./query.js";
import { go } from "./router.js";
import { skeleton, Table } from "./table.js";

const SEARCH_DELAY = 250;
const SLOW = 150;
const LONGEST_CELL = 200;

/** Builds the page; answers {root, update(url), close()}. */
export function listPage({ app, screen, url }) {
  const list = new List(app, screen, url);
  return { root: list.root, update: (next) => list.follow(next), close: () => list.close() };
}

class List {
  constructor(app, screen, url) {
    this.app = app;
    this.screen = screen;
    this.detail = app.screens.find((other) => other.kind === "detail" && other.entity === screen.entity);
    this.query = readQuery(url);
    this.filters = new Map();
    this.timer = null;
    this.build();
    document.title = `${screen.title} · ${app.app}`;
    rememberList(screen.name, url);
    this.load();
  }

  build() {
    this.search = h("input", {
      type: "search",
      maxlength: "200",
      id: "search",
      autocomplete: "off",
      spellcheck: "false",
      dir: "auto",
      "aria-label": `Search ${inSentence(this.screen.title)}`,
      placeholder: "Search",
    });
    this.search.value = this.query.search;
    this.search.addEventListener("input", () => this.typed());
    this.tools = h(
      "div",
      { class: "tools", role: "search" },
      h("div", { class: "search" }, icon("search"), this.search),
    );
    this.actions = h("div", { class: "actions" });
    this.content = h("div", { class: "content" }, skeleton(this.screen.columns?.length || 4));
    this.root = h(
      "div",
      { class: "page wide" },
      h("div", { class: "title" }, h("h1", { dir: "auto" }, this.screen.title), this.actions),
      this.tools,
      this.content,
    );
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.closed = true;
  }

  async load() {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const slow = setTimeout(() => this.content.classList.add("waiting"), SLOW);
    this.content.setAttribute("aria-busy", "true");
    try {
      const [descriptor, answer] = await Promise.all([entity(this.screen.entity), this.fetch(request.signal)]);
      if (!this.closed && this.request === request) this.draw(descriptor, answer);
    } catch (problem) {
      if (problem.name !== "AbortError" && !this.closed && this.request === request) this.fail(problem);
    } finally {
      clearTimeout(slow);
      if (this.request === request) {
        this.content.classList.remove("waiting");
        this.content.removeAttribute("aria-busy");
      }
    }
  }

  // What is shown and no more: a row may hold much that its line in the table doesn't.
  async fetch(signal) {
    const { columns, entity: name } = this.screen;
    const shown = columns?.length ? columns : columnsOf(await entity(name), this.screen).map((column) => column.name);
    const query = writeQuery(this.query, { all: true });
    const narrow = new URLSearchParams([...query, ["fields", shown.join(",")], ["cut", String(LONGEST_CELL)]]);
    return rows(name, narrow, signal).catch((problem) => {
      // A newer version may know a column no more that this page still has.
      if (problem.status !== 400 || !problem.errors.fields) throw problem;
      return rows(name, query, signal);
    });
  }

  draw(descriptor, answer) {
    if (!this.descriptor) this.complete(descriptor);
    const { page, size, sort } = this.query;
    const pages = Math.max(1, Math.ceil(answer.total / size));
    if (page > pages) return this.move({ page: pages }, { replace: true });
    const words = count(answer.total, inSentence(descriptor.label), inSentence(this.screen.title));
    announce(answer.total === 0 ? this.emptyTitle() : pages > 1 ? `${words}, page ${page} of ${pages}` : words);
    if (answer.total === 0) return this.content.replaceChildren(this.empty());
    if (!this.table.root.isConnected) this.content.replaceChildren(this.table.root, this.paging.root);
    this.table.mark(sort);
    this.table.fill(answer.items);
    this.paging.fill(this.query, answer.total, words);
    return undefined;
  }

  // What needs the descriptor is added when it is there: columns, filters, the New button.
  complete(descriptor) {
    this.descriptor = descriptor;
    this.columns = columnsOf(descriptor, this.screen);
    const address = (item) => (this.creates() ? `/${this.detail.name}/${encodeURIComponent(item.Id)}` : null);
    const { title } = this.screen;
    const sortBy = (name) => this.sortBy(name);
    this.table = new Table({ title, columns: this.columns, label: descriptor.label, address, sortBy });
    this.paging = paging((part) => this.turn(part));
    const chosen = descriptor.attributes.filter((attribute) => ["Identifier", "Boolean"].includes(attribute.type));
    this.tools.append(...chosen.map((attribute) => this.filter(attribute)), this.sortChooser(), this.clearButton());
    if (this.creates()) this.actions.replaceChildren(this.newButton());
    this.showQuery();
  }

  // A static entity's records come from the model.
  creates() {
    return Boolean(this.detail) && !this.descriptor.static;
  }

  newButton(text = `New ${inSentence(this.descriptor.label)}`, look = "button primary") {
    return h("a", { class: look, href: `/${this.detail.name}/new` }, icon("plus"), h("span", { dir: "auto" }, text));
  }

  sortBy(name) {
    const [now] = this.query.sort.split(",");
    this.move({ sort: now === name ? `-${name}` : now === `-${name}` ? "" : name, page: 1 });
  }

  emptyTitle() {
    const noun = inSentence(this.screen.title);
    return this.narrowed() ? `No ${noun} match` : `No ${noun} yet`;
  }

  narrowed() {
    return Boolean(this.query.search) || Object.keys(this.query.filters).length > 0;
  }

  empty() {
    const one = inSentence(this.descriptor.label);
    const title = h("h2", { dir: "auto" }, this.emptyTitle());
    const [text, action] = this.narrowed()
      ? ["Try other words or fewer filters.", this.clearingButton()]
      : this.creates()
        ? ["Create the first one: it will show up here.", this.newButton(`Create ${article(one)} ${one}`, "button")]
        : ["There is nothing to show here.", null];
    return h("div", { class: "empty" }, icon("inbox"), title, h("p", {}, text), action);
  }

  clearingButton(more) {
    return h(
      "button",
      { class: "button", type: "button", onclick: () => this.clear(more) },
      "Clear search and filters",
    );
  }

  // A request that can't be understood comes from the address: asking again won't help, starting over will.
  fail(problem) {
    const again = h("button", { class: "button", type: "button", onclick: () => this.load() }, "Try again");
    const action = problem.status === 400 ? this.clearingButton({ sort: "" }) : again;
    const title = h("h2", { dir: "auto" }, `${this.screen.title} couldn't be loaded`);
    const text = h("p", { dir: "auto" }, problem.detail ?? String(problem.message));
    this.content.replaceChildren(h("div", { class: "empty error", role: "alert" }, icon("alert"), title, text, action));
  }

  filter(attribute) {
    const changed = (value) => {
      const filters = Object.assign(Object.create(null), this.query.filters);
      if (value === null) delete filters[attribute.name];
      else filters[attribute.name] = String(value);
      this.move({ filters, page: 1 });
    };
    const ready = (mark) => {
      this.filters.set(attribute.name, mark);
      mark(this.query.filters[attribute.name]);
    };
    return filter(attribute, changed, ready);
  }

  // Where the table is cards there are no headers to sort by.
  sortChooser() {
    const sortable = this.columns.filter((column) => column.type !== "Binary Data");
    const choices = sortable.flatMap(({ name, label }) => [
      option(name, `${label}, rising`),
      option(`-${name}`, `${label}, falling`),
    ]);
    this.sort = h(
      "select",
      { "aria-label": "Sort by", onchange: () => this.move({ sort: this.sort.value, page: 1 }) },
      option("", "Sort by\u2026"),
      choices,
    );
    return h("div", { class: "filter sort-chooser" }, this.sort);
  }

  clearButton() {
    this.clearing = h("button", { class: "button quiet", type: "button", onclick: () => this.clear() }, "Clear");
    return this.clearing;
  }

  clear(more = {}) {
    clearTimeout(this.timer);
    this.timer = null;
    this.move({ search: "", filters: Object.create(null), page: 1, ...more });
    this.search.focus();
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      const search = this.search.value.trim();
      if (search !== this.query.search) this.move({ search, page: 1 }, { replace: this.query.search !== "" });
    }, SEARCH_DELAY);
  }

  turn(part) {
    this.move(part);
    window.scrollTo({ top: 0 });
  }

  move(part, { replace = false } = {}) {
    this.query = { ...this.query, ...part };
    const text = writeQuery(this.query).toString();
    go(`/${this.screen.name}${text ? `?${text}` : ""}`, { replace, quiet: true });
    this.refresh(new URL(location.href));
  }

  /** Back or Forward within this list: true when it is this list still. */
  follow(url) {
    if (url.pathname !== `/${this.screen.name}`) return false;
    clearTimeout(this.timer);
    this.timer = null;
    this.query = readQuery(url);
    this.refresh(url);
    return true;
  }

  refresh(url) {
    rememberList(this.screen.name, url);
    this.showQuery();
    this.load();
  }

  showQuery() {
    // What is being typed right now stays: its own turn comes with the timer.
    if (!this.timer && this.search.value.trim() !== this.query.search) this.search.value = this.query.search;
    if (this.sort) this.sort.value = this.query.sort;
    for (const [name, mark] of this.filters) mark(this.query.filters[name]);
    if (this.clearing) this.clearing.hidden = !this.narrowed();
  }
}

// The screen's columns or, where it names none, the first attributes.
function columnsOf(descriptor, screen) {
  const byName = new Map(descriptor.attributes.map((attribute) => [attribute.name, attribute]));
  byName.set("Id", { name: "Id", label: "Id", type: descriptor.static ? "Text" : "Integer" });
  const names = screen.columns?.length ? screen.columns : [...byName.keys()].slice(0, 5);
  return names.map((name) => byName.get(name)).filter(Boolean);
}
