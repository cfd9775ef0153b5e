// Addresses without page loads: links, Back and Forward, and the question before unsaved work is lost.
import { confirm } from "./dom.js";

let draw;
let prepare;
let page = null;
let position = 0;
let shown = null;
let turns = 0;

/**
 * Starts the router. `drawPage(url, moved, current)` answers the page that now stands, {update?, unsaved?, close?}, or
 * null; `current()`: nobody has moved on meanwhile. `preparePage(url)` ends when there is all that it needs.
 */
export function start(drawPage, preparePage) {
  draw = drawPage;
  prepare = preparePage;
  position = history.state?.position ?? 0;
  history.replaceState({ position }, "");
  window.addEventListener("popstate", popped);
  document.addEventListener("click", clicked);
  window.addEventListener("beforeunload", (event) => {
    if (page?.unsaved?.()) event.preventDefault();
  });
  render(false);
}

/** Moves to an address of this app. `quiet`: only the address changes, the page has drawn itself already. */
export async function go(address, { replace = false, quiet = false, force = false } = {}) {
  const url = new URL(address, location.href);
  if (!quiet && !force && !(await mayLeave())) return;
  if (!quiet) {
    const turn = (turns += 1);
    await prepare(url);
    if (turn !== turns) return;
  }
  if (replace) history.replaceState({ position }, "", url);
  else history.pushState({ position: (position += 1) }, "", url);
  shown = url.href;
  if (!quiet) await render(true);
}

/** Draws the address that is there anew. */
export const refresh = () => render(true);

async function render(moved) {
  const url = new URL(location.href);
  const before = page;
  page = null;
  before?.close?.();
  shown = url.href;
  const turn = (turns += 1);
  const current = () => turn === turns;
  const next = await draw(url, moved || before !== null, current);
  if (next && current()) page = next;
}

async function mayLeave() {
  if (!page?.unsaved?.()) return true;
  return confirm({
    title: "Leave without saving?",
    text: "What you changed on this page will be lost.",
    yes: "Leave",
    no: "Stay here",
    danger: true,
  });
}

// The browser has moved already when it tells: with unsaved work go back first, ask, then follow.
async function popped(event) {
  const target = event.state?.position ?? 0;
  if (bare(location.href) === bare(shown)) return;
  if (page?.unsaved?.()) {
    const steps = target - position;
    await travel(-steps);
    if (!(await mayLeave())) return;
    await travel(steps);
  }
  position = target;
  const url = new URL(location.href);
  if (page?.update?.(url)) shown = url.href;
  else await render(true);
}

const bare = (address) => address.split("#")[0];

function travel(steps) {
  if (steps === 0) return Promise.resolve();
  return new Promise((resolve) => {
    window.removeEventListener("popstate", popped);
    window.addEventListener(
      "popstate",
      () => {
        window.addEventListener("popstate", popped);
        resolve();
      },
      { once: true },
    );
    history.go(steps);
  });
}

function clicked(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || /^\/(_odc|api)\//.test(url.pathname)) return;
  event.preventDefault();
  if (url.hash && bare(url.href) === bare(location.href)) return document.querySelector(url.hash)?.focus();
  if (url.href !== location.href || !page?.unsaved?.()) go(url.href, { replace: url.href === location.href });
  return undefined;
}
