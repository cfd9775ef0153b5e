// Building elements, safe by construction: values become attributes and text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (`on…`: listeners; true: bare; false and null: left out) and children. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A choice of a select. */
export const option = (value, text, selected = false) => h("option", { value, selected }, text);

const ICONS = {
  menu: "M2 4h12M2 8h12M2 12h12",
  close: "M4 4l8 8M12 4l-8 8",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.5 10.5L14 14",
  plus: "M8 3v10M3 8h10",
  left: "M10 3L5 8l5 5",
  right: "M6 3l5 5-5 5",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  both: "M5 6l3-3 3 3M5 10l3 3 3-3",
  expand: "M4 6l4 4 4-4",
  inbox: "M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 2h3l1-2H14",
  alert: "M8 2L1.5 13.5h13zM8 6.5v3M8 11.5v.2",
};

/** A 16-pixel line icon, hidden from assistive technology: the text beside it speaks. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Replaces a container's content; after a move within the app the new heading gets the focus. */
export function show(container, root, moved) {
  container.replaceChildren(root);
  if (!moved) return;
  window.scrollTo(0, 0);
  const heading = root.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  (heading ?? container).focus({ preventScroll: true });
}

/** The window's title: the page's own with the app's name behind it. */
export function entitle(text) {
  document.title = `${text} · ${document.querySelector(".brand").textContent}`;
}

/** Says something to screen readers without showing it. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** A short message that goes away by itself; it stays while the pointer or the focus is on it. */
export function toast(text) {
  const close = h(
    "button",
    { class: "icon-button", type: "button", "aria-label": "Dismiss", onclick: () => item.remove() },
    icon("close"),
  );
  const item = h("div", { class: "toast" }, h("span", { dir: "auto" }, text), close);
  document.getElementById("toasts").replaceChildren(item);
  const fade = () => (item.matches(":hover, :focus-within") ? setTimeout(fade, 1000) : item.remove());
  setTimeout(fade, 6000);
}

/** Asks in a modal dialog; resolves to true when the person confirms. Escape and Cancel say no. */
export function confirm({ title, text, yes, no = "Cancel", danger = false }) {
  return new Promise((resolve) => {
    const refuse = h("button", { class: "button", type: "button", onclick: () => dialog.close() }, no);
    const accept = h(
      "button",
      { class: danger ? "button danger" : "button primary", type: "button", onclick: () => dialog.close("yes") },
      yes,
    );
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-labelledby": "dialog-title", "aria-describedby": "dialog-text" },
      h("h2", { id: "dialog-title", dir: "auto" }, title),
      h("p", { id: "dialog-text", dir: "auto" }, text),
      h("div", { class: "dialog-buttons" }, refuse, accept),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    refuse.focus();
  });
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
