// From addresses to screens: the one that came with the document, others when they are asked for; the menu around them.
import { text } from "./api.js";
import { h, icon, notice, show } from "./dom.js";
import { go, refresh, start as startRouter } from "./router.js";

const [main, nav, menu] = ["main", "nav", "menu"].map((id) => document.getElementById(id));
const loaded = new Map();
// What came with the document: a screen's HTML, or words for an address that leads to none.
let given = main.querySelector("[data-screen]");

/** Called once; fails where a module of the page's own version can't be had. */
export async function start() {
  if (given) {
    const { screen } = given.dataset;
    loaded.set(screen, whole(screen, Promise.resolve(given.cloneNode(true))));
    await loaded.get(screen);
  }
  startMenu();
  startRouter(draw, (url) => load(nameOf(url)).catch(() => {}));
  for (const event of ["pointerover", "focusin"]) document.addEventListener(event, ahead);
}

// A screen's module and HTML, loaded once; a failure isn't remembered.
function load(name) {
  if (!loaded.has(name)) {
    const found = whole(name, frame(name));
    found.catch(() => loaded.delete(name));
    loaded.set(name, found);
  }
  return loaded.get(name);
}

// The HTML says first why a screen can't be had: an import doesn't tell one reason from another.
async function whole(name, html) {
  const module = import(`../screens/${encodeURIComponent(name)}.js`);
  module.catch(() => {});
  const root = await html;
  return { root, screen: (await module).default };
}

async function frame(name) {
  const html = await text(new URL(`../screens/${encodeURIComponent(name)}.html`, import.meta.url));
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-screen]");
}

// Whoever points at a link may follow it: its screen is there then.
function ahead(event) {
  const link = event.target.closest?.("a[href]");
  const name = link && link.origin === location.origin && screenOf(link);
  if (name) load(name).catch(() => {});
}

// The first list is the start page.
const nameOf = (url) => screenOf(url) || screenOf(nav.querySelector("a") ?? url);
const screenOf = (url) => (/^\/(_odc|api)\//.test(url.pathname) ? "" : decoded(url.pathname.split("/")[1]));

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// Shows the screen of an address; answers its page, or null where something else is shown. `current()`: it is still
// what the person wants.
async function draw(url, moved, current) {
  const first = given;
  given = null;
  if (!first && !moved) return null;
  const name = first?.dataset.screen ?? nameOf(url);
  let found;
  try {
    found = await load(name);
  } catch (problem) {
    return current() ? failed(problem) : null;
  }
  return current() ? place(found, first, url, moved) : null;
}

function place({ root, screen }, first, url, moved) {
  const id = decoded(url.pathname.split("/")[2] ?? "");
  if (screen.kind === "detail" && !id) {
    go(`/${screen.list ?? `${screen.name}/new`}`, { replace: true, force: true });
    return null;
  }
  if (screen.kind === "list" && screenOf(url) !== screen.name) {
    url = new URL(`/${screen.name}`, url);
    go(url, { replace: true, quiet: true });
  }
  markCurrent(screen);
  const shown = first ?? root.cloneNode(true);
  const page = screen.page({ root: shown, url, id, moved });
  if (!first) show(main, shown, moved);
  return page;
}

// A screen that this version of the app doesn't have, or of which the modules have gone with it: the app says which.
function failed(problem) {
  if (problem.status !== 0 && !(problem.status >= 500)) {
    location.reload();
    return null;
  }
  const again = h("button", { class: "button", type: "button", onclick: () => refresh() }, "Try again");
  show(main, notice("This page couldn't be loaded", problem.detail, again), true);
  return null;
}

// The menu folds and unfolds.
function startMenu() {
  menu.onclick = () => open(menu.getAttribute("aria-expanded") !== "true");
  nav.onclick = (event) => event.target.closest("a") && open(false);
  document.addEventListener("keydown", escape);
  document.addEventListener("click", outside);
}

function open(wanted) {
  menu.setAttribute("aria-expanded", String(wanted));
  menu.setAttribute("aria-label", wanted ? "Close menu" : "Menu");
  menu.replaceChildren(icon(wanted ? "close" : "menu"));
  nav.classList.toggle("open", wanted);
  if (wanted) (nav.querySelector("[aria-current]") ?? nav.querySelector("a"))?.focus();
}

const isOpen = () => menu.getAttribute("aria-expanded") === "true";

function escape(event) {
  if (event.key !== "Escape" || !isOpen()) return;
  open(false);
  menu.focus();
}

function outside(event) {
  const path = event.composedPath();
  if (isOpen() && !path.includes(nav) && !path.includes(menu)) open(false);
}

// Marks where the person is: the list itself, or the list that a record belongs to.
function markCurrent({ kind, name, list }) {
  const [own, mark] = kind === "list" ? [name, "page"] : [list, "true"];
  for (const link of nav.querySelectorAll("a")) {
    if (link.pathname === `/${own}`) link.setAttribute("aria-current", mark);
    else link.removeAttribute("aria-current");
  }
}
