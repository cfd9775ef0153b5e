// The published app's start: loads the app's descriptor, draws the shell and hands addresses to the pages.
import { descriptor, entity, get } from "./js/api.js";
import { h, show } from "./js/dom.js";
import { detailPage } from "./js/detail.js";
import { listPage } from "./js/list.js";
import { notice, startShell, markCurrent } from "./js/shell.js";
import { go, start } from "./js/router.js";

const main = document.getElementById("main");

// Which page an address means: a list, a record, or a plain notice. `null` id: a list; "new": a record to be.
function pageFor(app, url) {
  const [name, id] = url.pathname.split("/").filter(Boolean).map(decode);
  const first = app.screens.find((screen) => screen.kind === "list");
  if (name === undefined) return first ? { redirect: `/${first.name}` } : { notice: noScreens(app) };
  const screen = app.screens.find((candidate) => candidate.name === name);
  if (!screen) return { notice: notFound() };
  if (screen.kind === "list") return { screen, make: listPage };
  if (id !== undefined) return { screen, id, make: detailPage };
  const list = app.screens.find((other) => other.kind === "list" && other.entity === screen.entity);
  return { redirect: list ? `/${list.name}` : `/${screen.name}/new` };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const notFound = () =>
  notice(
    "Page not found",
    "There is no such page in this app.",
    h("a", { class: "button", href: "/" }, "Go to the start page"),
  );
const noScreens = (app) =>
  notice(app.app, "This app has no list screen yet. Add an entity to its model and publish again.");

async function draw(app, url, moved) {
  const target = pageFor(app, url);
  if (target.redirect) return go(target.redirect, { replace: true });
  markCurrent(app, target.screen);
  if (target.notice) {
    show(main, target.notice, moved);
    document.title = `${target.notice.querySelector("h1").textContent} · ${app.app}`;
    return null;
  }
  const page = target.make({ app, screen: target.screen, id: target.id, url, moved });
  show(main, page.root, moved);
  return page;
}

async function boot() {
  let app;
  try {
    app = await descriptor("app.json");
  } catch (problem) {
    const again = h("button", { class: "button", type: "button", onclick: boot }, "Try again");
    return show(main, notice("The app couldn't be loaded", problem.detail, again), false);
  }
  startShell(app, () => get("/_odc/about"));
  start((url, moved) => draw(app, url, moved));
  // Records of one list are usually opened next: have its descriptor at hand.
  const detail = app.screens.find((screen) => screen.kind === "detail");
  if (detail) entity(detail.entity).catch(() => {});
}

boot();
