// What stands around every screen: the navigation that folds away, plain notices.
import { h, icon } from "./dom.js";

const nav = document.getElementById("nav");
const menu = document.getElementById("menu");

/** Makes the menu fold and unfold. */
export function startShell() {
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

/** Marks where the person is: the list itself, or the list that a record belongs to. */
export function markCurrent({ kind, name, list }) {
  for (const link of nav.querySelectorAll("a")) {
    if (link.pathname === `/${kind === "list" ? name : list}`) link.setAttribute("aria-current", kind === "list" ? "page" : "true");
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
