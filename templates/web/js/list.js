// A list screen: one table over one entity, searched, sorted, filtered and paged by the server.
import { rows } from "./api.js";
import { announce, entitle, h, icon } from "./dom.js";
import { filter } from "./filters.js";
import { article, count, inSentence } from "./format.js";
import { readQuery, rememberList, writeQuery } from "./query.js";
import { go } from "./router.js";
import { paging, Table } from "./table.js";

const SEARCH_DELAY = 250;
const SLOW = 150;
const LONGEST_CELL = 200;

/**
 * A list, of {name, title, entity, label, detail?, own?, sort?, columns, filters?}. Its `page({root, url})` brings the HTML
 * in `root` to life and answers {update(url), close()}. `own`: the server knows its rows by its name; `sort`: their order
 * until the user chooses another.
 */
export const list = (screen) => ({
  kind: "list",
  ...screen,
  page({ root, url }) {
    const made = new List(screen, root, url);
    return { update: (next) => made.follow(next), close: () => made.close() };
  },
});

class List {
  constructor(screen, root, url) {
    this.screen = screen;
    this.root = root;
    this.query = readQuery(url);
    this.filters = new Map();
    this.timer = null;
    this.find();
    entitle(screen.title);
    rememberList(screen.name, url);
    if (this.search.value) this.typed(); // before this script was there
    this.showQuery();
    this.load();
  }

  find() {
    const { columns, label, filters = [] } = this.screen;
    const find = (selector) => this.root.querySelector(selector);
    this.search = find("#search");
    this.content = find(".content");
    this.clearing = find(".tools > .button");
    this.sort = find(".sort-chooser select");
    this.search.addEventListener("input", () => this.typed());
    this.sort.disabled = false;
    this.sort.addEventListener("change", () => this.move({ sort: this.sort.value, page: 1 }));
    this.clearing.addEventListener("click", () => this.clear());
    const address = ({ Id }) => (this.screen.detail ? `/${this.screen.detail}/${encodeURIComponent(Id)}` : null);
    const sortBy = (name) => this.sortBy(name);
    this.table = new Table(find(".scroller"), { columns, label, address, sortBy });
    this.paging = paging((part) => this.turn(part));
    for (const attribute of filters) this.filter(attribute, find(`[data-filter="${attribute.name}"]`));
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
      const answer = await this.fetch(request.signal);
      if (!this.closed && this.request === request) this.draw(answer);
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
    const shown = columns.map((column) => column.name).join(",");
    const query = writeQuery(this.query, { all: true });
    if (this.screen.own) query.set("screen", this.screen.name);
    const narrow = new URLSearchParams([...query, ["fields", shown], ["cut", String(LONGEST_CELL)]]);
    return rows(name, narrow, signal).catch((problem) => {
      // A newer version may know a column no more that this page still has.
      if (problem.status !== 400 || !problem.errors.fields) throw problem;
      return rows(name, query, signal);
    });
  }

  draw(answer) {
    const { page, size, sort } = this.query;
    const pages = Math.max(1, Math.ceil(answer.total / size));
    if (page > pages) return this.move({ page: pages }, { replace: true });
    const words = count(answer.total, inSentence(this.screen.label), inSentence(this.screen.title));
    announce(answer.total === 0 ? this.emptyTitle() : pages > 1 ? `${words}, page ${page} of ${pages}` : words);
    if (answer.total === 0) return this.content.replaceChildren(this.empty());
    if (!this.paging.root.isConnected) this.content.replaceChildren(this.table.root, this.paging.root);
    this.table.mark(sort || this.screen.sort || "");
    this.table.fill(answer.items);
    this.paging.fill(this.query, answer.total, words);
    return undefined;
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
    const one = inSentence(this.screen.label);
    const title = h("h2", { dir: "auto" }, this.emptyTitle());
    const [text, action] = this.narrowed()
      ? ["Try other words or fewer filters.", this.clearingButton()]
      : this.screen.detail
        ? ["Create the first one: it will show up here.", this.createButton(`Create ${article(one)} ${one}`)]
        : ["There is nothing to show here.", null];
    return h("div", { class: "empty" }, icon("inbox"), title, h("p", {}, text), action);
  }

  createButton(text) {
    return h("a", { class: "button", href: `/${this.screen.detail}/new` }, icon("plus"), h("span", { dir: "auto" }, text));
  }

  clearingButton(more) {
    return h(
      "button",
      { class: "button", type: "button", onclick: () => this.clear(more) },
      "Clear search and filters",
    );
  }

  // A request that can't be understood comes from the address: asking again won't help, starting over will. An app that
  // doesn't know the screen's rows is of another version than this page.
  fail(problem) {
    const button = (text, act) => h("button", { class: "button", type: "button", onclick: act }, text);
    const stale = Boolean(problem.errors?.screen);
    const action = stale
      ? button("Reload", () => location.reload())
      : problem.status === 400
        ? this.clearingButton({ sort: "" })
        : button("Try again", () => this.load());
    const told = stale ? "There is a new version of this app. Reload the page." : problem.detail;
    const title = h("h2", { dir: "auto" }, `${this.screen.title} couldn't be loaded`);
    const text = h("p", { dir: "auto" }, told ?? String(problem.message));
    this.content.replaceChildren(h("div", { class: "empty error", role: "alert" }, icon("alert"), title, text, action));
  }

  filter(attribute, holder) {
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
    filter(attribute, holder, changed, ready);
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
    this.sort.value = this.query.sort;
    for (const [name, mark] of this.filters) mark(this.query.filters[name]);
    this.clearing.hidden = !this.narrowed();
  }
}
