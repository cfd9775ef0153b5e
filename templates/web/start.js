// A page's first script. It is that of the version which answers now, which may be another than the page's: then, the
// page's own modules are gone, and it is loaded again as a whole.
const { version } = document.documentElement.dataset;
const LATELY = 10_000; // milliseconds

import(`/_odc/${version}/js/app.js`).then(({ start }) => start()).catch(again);

function again() {
  const last = Number(sessionStorage.getItem("reloaded"));
  sessionStorage.setItem("reloaded", String(Date.now()));
  if (Date.now() - last > LATELY) location.reload();
  else say();
}

// Not a second time at once: while versions change, the next page may be of either.
function say() {
  const part = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const button = Object.assign(part("button", "Reload"), { className: "button", type: "button" });
  button.addEventListener("click", () => location.reload());
  const notice = Object.assign(document.createElement("section"), { className: "notice" });
  const text = "A new version of this app is being put in place, or the connection is broken.";
  notice.append(part("h1", "Reload this page"), part("p", text), button);
  document.getElementById("main").replaceChildren(notice);
}
