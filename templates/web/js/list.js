// The list page: one table over one entity, searched, sorted, filtered and paged by the server.
import { entity, labels, rows } from "./api.js";
import { announce, h, icon } from "./dom.js";
import { article, count, display, inSentence, isNumber } from "./format.js";
import { picker } from "./picker.js";
import { readQuery, rememberList, SIZES, writeQuery } from "./query.js";
import { go } from "./router.js";
import { notice } from "./shell.js";

const SEARCH_DELAY = 250;
const SLOW = 150;
const MANY_LABELS = 50;
const NONE = "\u2014";

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
    this.search = h("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false", dir: "auto", "aria-label": `Search ${inSentence(this.screen.title)}`, placeholder: "Search" });
    this.search.value = this.query.search;
    this.search.addEventListener("input", () => this.typed());
    this.tools = h("div", { class: "tools", role: "search" }, h("div", { class: "search" }, icon("search"), this.search));
    this.actions = h("div", { class: "actions" });
    this.content = h("div", { class: "content" }, skeleton(this.screen));
    this.root = h("div", { class: "page wide" }, h("div", { class: "title" }, h("h1", { dir: "auto" }, this.screen.title), this.actions), this.tools, this.content);
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
      const answers = [entity(this.screen.entity), rows(this.screen.entity, writeQuery(this.query, { all: true }), request.signal)];
      const [descriptor, answer] = await Promise.all(answers);
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

  draw(descriptor, answer) {
    if (!this.descriptor) this.complete(descriptor);
    const pages = Math.max(1, Math.ceil(answer.total / this.query.size));
    if (this.query.page > pages) return this.move({ page: pages }, { replace: true });
    const words = count(answer.total, inSentence(descriptor.label), inSentence(this.screen.title));
    announce(answer.total === 0 ? this.emptyTitle() : pages > 1 ? `${words}, page ${this.query.page} of ${pages}` : words);
    if (answer.total === 0) return this.content.replaceChildren(this.empty());
    if (!this.body?.isConnected) this.content.replaceChildren(...this.frame());
    this.markSort();
    this.body.replaceChildren(...answer.items.map((item) => this.line(item)));
    this.foot.replaceChildren(...this.paging(answer.total, pages));
    return undefined;
  }

  // What needs the descriptor is added when it is there: columns, filters, the New button.
  complete(descriptor) {
    this.descriptor = descriptor;
    const byName = new Map(descriptor.attributes.map((attribute) => [attribute.name, attribute]));
    byName.set("Id", { name: "Id", label: "Id", type: descriptor.static ? "Text" : "Integer" });
    const named = this.screen.columns?.length ? this.screen.columns : descriptor.attributes.slice(0, 5).map((attribute) => attribute.name);
    this.columns = named.map((name) => byName.get(name)).filter(Boolean);
    const chosen = descriptor.attributes.filter((attribute) => ["Identifier", "Boolean"].includes(attribute.type));
    this.tools.append(...chosen.map((attribute) => this.filter(attribute)), this.sortChooser(), this.clearButton());
    if (this.detail && !descriptor.static) this.actions.replaceChildren(this.newButton());
    this.showQuery();
  }

  newButton() {
    return h("a", { class: "button primary", href: `/${this.detail.name}/new` }, icon("plus"), h("span", { dir: "auto" }, `New ${inSentence(this.descriptor.label)}`));
  }

  frame() {
    const heads = this.columns.map((column) => this.head(column));
    this.heads = heads;
    this.body = h("tbody", { role: "rowgroup" });
    this.foot = h("div", { class: "paging" });
    const table = h("table", { role: "table", "aria-label": this.screen.title }, h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), this.body);
    return [h("div", { class: "scroller", role: "region", "aria-label": this.screen.title, tabindex: "0" }, table), this.foot];
  }

  head(column) {
    const kind = isNumber(column.type) ? "number" : null;
    if (column.type === "Binary Data") return h("th", { scope: "col", role: "columnheader" }, column.label);
    const button = h("button", { type: "button", class: "sorter", onclick: () => this.sortBy(column.name) }, h("span", { dir: "auto" }, column.label), h("span", { class: "arrow" }));
    return h("th", { scope: "col", role: "columnheader", class: kind, "data-name": column.name }, button);
  }

  sortBy(name) {
    const [now] = this.query.sort.split(",");
    this.move({ sort: now === name ? `-${name}` : now === `-${name}` ? "" : name, page: 1 });
  }

  markSort() {
    const [now] = this.query.sort.split(",");
    for (const head of this.heads.filter((th) => th.dataset.name)) {
      const { name } = head.dataset;
      const order = now === name ? "ascending" : now === `-${name}` ? "descending" : null;
      if (order) head.setAttribute("aria-sort", order);
      else head.removeAttribute("aria-sort");
      head.querySelector(".arrow").replaceChildren(icon(order === "ascending" ? "up" : order ? "down" : "both"));
    }
  }

  line(item) {
    const address = this.detail && !this.descriptor.static ? `/${this.detail.name}/${encodeURIComponent(item.Id)}` : null;
    const cells = this.columns.map((column, index) => this.cell(item, column, index === 0 ? address : null));
    const open = (event) => {
      if (event.target.closest("a, button") || String(getSelection())) return;
      go(address);
    };
    return h("tr", { role: "row", class: address ? "link" : null, ...(address ? { onclick: open } : {}) }, cells);
  }

  cell(item, column, address) {
    const text = display(item, column);
    const kind = isNumber(column.type) ? "number" : column.targetStatic ? "state" : null;
    const shown = address ? h("a", { href: address, dir: "auto" }, text || `${this.descriptor.label} ${item.Id}`) : value(text, column);
    return h("td", { role: "cell", class: [kind, address ? "first" : null].filter(Boolean).join(" ") || null, "data-label": column.label, title: text.length > 30 ? text : null }, shown);
  }

  paging(total, pages) {
    const { page, size } = this.query;
    const from = (page - 1) * size + 1;
    const range = `${from}\u2013${Math.min(page * size, total)} of ${count(total, inSentence(this.descriptor.label), inSentence(this.screen.title))}`;
    const sizes = h("select", { "aria-label": "Rows a page", onchange: (event) => this.move({ size: Number(event.target.value), page: 1 }) }, SIZES.map((number) => option(String(number), `${number} a page`, number === size)));
    const step = (to, name, label) => {
      if (to < 1 || to > pages) return h("span", { class: "button icon-only off", "aria-hidden": "true" }, icon(name));
      const address = `?${writeQuery({ ...this.query, page: to })}`;
      const turn = (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.move({ page: to });
      };
      return h("a", { class: "button icon-only", href: address, "aria-label": label, onclick: turn }, icon(name));
    };
    const turns = pages > 1 ? [h("span", { class: "of" }, `Page ${page} of ${pages}`), step(page - 1, "left", "Previous page"), step(page + 1, "right", "Next page")] : [];
    return [h("span", { class: "range" }, range), total > SIZES[0] ? sizes : null, h("div", { class: "turns" }, turns)].filter(Boolean);
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
    const clear = h("button", { class: "button", type: "button", onclick: () => this.clear() }, "Clear search and filters");
    const creates = this.detail && !this.descriptor.static;
    const text = this.narrowed() ? "Try other words or fewer filters." : creates ? `Create the first one: it will show up here.` : "There is nothing to show here.";
    const action = this.narrowed() ? clear : creates ? h("a", { class: "button", href: `/${this.detail.name}/new` }, icon("plus"), `Create ${article(one)} ${one}`) : null;
    return h("div", { class: "empty" }, icon("inbox"), h("h2", { dir: "auto" }, this.emptyTitle()), h("p", {}, text), action);
  }

  fail(problem) {
    const again = h("button", { class: "button", type: "button", onclick: () => this.load() }, "Try again");
    const box = notice(`${this.screen.title} couldn't be loaded`, problem.detail, again);
    box.classList.add("error");
    const heading = box.querySelector("h1");
    heading.replaceWith(h("h2", { dir: "auto" }, heading.textContent));
    box.prepend(icon("alert"));
    box.setAttribute("role", "alert");
    this.content.replaceChildren(box);
  }

  filter(attribute) {
    const set = (value) => {
      const filters = { ...this.query.filters };
      if (value === null) delete filters[attribute.name];
      else filters[attribute.name] = value;
      this.move({ filters, page: 1 });
    };
    const holder = h("div", { class: "filter" });
    const choose = (items) => {
      const select = h("select", { "aria-label": `Filter by ${inSentence(attribute.label)}` });
      select.addEventListener("change", () => set(select.value === "*" ? null : select.value));
      select.append(option("*", `${attribute.label}: all`), ...items.map(({ Id, Label }) => option(String(Id), Label)));
      if (!attribute.mandatory) select.append(option("", `No ${inSentence(attribute.label)}`));
      holder.replaceChildren(select);
      this.filters.set(attribute.name, (value) => showChoice(select, value));
      this.showQuery();
    };
    if (attribute.type === "Boolean") choose([{ Id: "true", Label: `${attribute.label}: yes` }, { Id: "false", Label: `${attribute.label}: no` }]);
    else this.referenceFilter(attribute, holder, choose, set);
    return holder;
  }

  // Few labels make a plain select; many make a picker that asks the server.
  async referenceFilter(attribute, holder, choose, set) {
    holder.append(h("select", { disabled: true, "aria-label": `Filter by ${inSentence(attribute.label)}` }, option("", `${attribute.label}: all`)));
    try {
      const { items, total } = await labels(attribute.target, "", MANY_LABELS);
      if (total <= items.length) return choose(items);
    } catch {
      return holder.remove();
    }
    const box = picker({ id: `filter-${attribute.name}`, target: attribute.target, label: `Filter by ${inSentence(attribute.label)}`, placeholder: `${attribute.label}: all`, changed: set, tidy: true });
    holder.replaceChildren(box.root);
    this.filters.set(attribute.name, (value) => box.set(value ?? null, value === "" ? `No ${inSentence(attribute.label)}` : null));
    return this.showQuery();
  }

  // Where the table is cards there are no headers to sort by.
  sortChooser() {
    const sortable = this.columns.filter((column) => column.type !== "Binary Data");
    const choices = sortable.flatMap(({ name, label }) => [option(name, `${label}, rising`), option(`-${name}`, `${label}, falling`)]);
    this.sort = h("select", { "aria-label": "Sort by", onchange: () => this.move({ sort: this.sort.value, page: 1 }) }, option("", "Sort by\u2026"), choices);
    return h("div", { class: "filter sort-chooser" }, this.sort);
  }

  clearButton() {
    this.clearing = h("button", { class: "button quiet", type: "button", onclick: () => this.clear() }, "Clear");
    return this.clearing;
  }

  clear() {
    clearTimeout(this.timer);
    this.timer = null;
    this.move({ search: "", filters: {}, page: 1 });
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

function showChoice(select, value) {
  const wanted = value ?? "*";
  if (![...select.options].some((item) => item.value === wanted)) select.append(option(wanted, wanted));
  select.value = wanted;
  select.classList.toggle("set", value !== undefined);
}

function value(text, column) {
  if (!text) return h("span", { class: "none" }, NONE);
  return h("span", { class: column.targetStatic ? "badge" : null, dir: isNumber(column.type) ? null : "auto" }, text);
}

const option = (value, text, selected = false) => h("option", { value, selected }, text);

// The table's own shape while it loads, so that nothing jumps when the rows arrive.
function skeleton(screen) {
  const columns = Math.max(1, Math.min(screen.columns?.length || 4, 6));
  const line = () => h("div", { class: "bones" }, Array.from({ length: columns }, () => h("span", { class: "bone" })));
  return h("div", { class: "skeleton", "aria-hidden": "true" }, Array.from({ length: 8 }, line));
}
