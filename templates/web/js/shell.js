// What stands around every page: the header with the stage, the navigation that folds away, plain notices.
import { h, icon } from "./dom.js";

const nav = document.getElementById("nav");
const menu = document.getElementById("menu");

/** Draws the navigation over the list screens and, unless it is Production, the stage's badge. */
export function startShell(app, about) {
  const lists = app.screens.filter((screen) => screen.kind === "list");
  const items = lists.map((screen) =>
    h("li", {}, h("a", { href: `/${screen.name}`, "data-screen": screen.name, dir: "auto" }, screen.title)),
  );
  nav.replaceChildren(h("ul", {}, items));
  menu.replaceChildren(icon("menu"));
  menu.hidden = lists.length === 0;
  menu.onclick = () => open(menu.getAttribute("aria-expanded") !== "true");
  nav.onclick = (event) => event.target.closest("a") && open(false);
  document.addEventListener("keydown", escape);
  document.addEventListener("click", outside);
  about().then(showStage, () => {});
}

function showStage({ stage, revision }) {
  if (!stage || stage === "Production") return;
  const badge = document.getElementById("stage");
  badge.textContent = stage;
  badge.title = revision ? `Revision ${revision}` : "";
  badge.hidden = false;
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

/** Marks where the person is: the list itself, or the list that a record belongs to. */
export function markCurrent(app, screen) {
  const list =
    screen?.kind === "detail"
      ? app.screens.find((other) => other.kind === "list" && other.entity === screen.entity)
      : screen;
  for (const link of nav.querySelectorAll("a")) {
    if (link.dataset.screen === list?.name) link.setAttribute("aria-current", screen === list ? "page" : "true");
    else link.removeAttribute("aria-current");
  }
}

/** A page, or a part of one, that only says something and offers a way on. */
export function notice(title, text, ...actions) {
  return h(
    "section",
    { class: "notice" },
    h("h1", { dir: "auto" }, title),
    h("p", { dir: "auto" }, text),
    h("div", { class: "actions" }, actions),
  );
}
