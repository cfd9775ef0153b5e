// Talking to the app's own API. Every failure becomes a Problem with words for the person in front of the page.

/** A refused or failed request: status (0: no answer came), title, detail, errors by attribute. */
export class Problem extends Error {
  constructor(status, { title, detail, errors } = {}) {
    super(title ?? "Something went wrong");
    this.status = status;
    this.title = title ?? "Something went wrong";
    this.detail = detail ?? "Try again in a moment.";
    this.errors = errors ?? Object.create(null);
  }
}

const LONGEST_PAUSE = 5; // seconds
const OFFLINE = { title: "The app doesn't answer", detail: "Check your connection, then try again." };

/**
 * Answers {body, etag}. GET is tried a second time when the connection breaks (kept-alive ones are closed at times) and
 * when the app says that it has too much to do.
 */
async function send(method, path, { body, etag, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (etag) headers["If-Match"] = etag;
  const request = { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) };
  const response = await reach(path, request, method === "GET" ? 2 : 1);
  const answer = await read(response);
  if (!response.ok) throw new Problem(response.status, answer ?? words(response.status));
  return { body: answer, etag: response.headers.get("ETag") };
}

async function reach(path, request, attempts) {
  for (;;) {
    attempts -= 1;
    try {
      const response = await fetch(path, request);
      const pause = response.status === 503 && attempts > 0 ? Number(response.headers.get("Retry-After")) : 0;
      if (!(pause > 0 && pause <= LONGEST_PAUSE)) return response;
      await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    } catch (failure) {
      if (failure.name === "AbortError") throw failure;
      if (attempts === 0) throw new Problem(0, OFFLINE);
    }
  }
}

async function read(response) {
  const kind = response.headers.get("Content-Type") ?? "";
  if (response.status === 204 || !kind.includes("json")) return null;
  try {
    return JSON.parse(await response.text(), exact);
  } catch {
    throw new Problem(response.ok ? 0 : response.status, OFFLINE);
  }
}

// A whole number that JavaScript would round (an identifier has 64 bits) stays the text that it is. Objects have the
// members that were sent and no others: an attribute may be called "constructor".
function exact(name, value, told) {
  if (typeof value === "number")
    return !Number.isSafeInteger(value) && /^-?\d+$/.test(told?.source ?? "") ? told.source : value;
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.setPrototypeOf(value, null)
    : value;
}

const words = (status) =>
  status === 413
    ? { title: "Too large", detail: "The request is larger than 30 MB. Choose a smaller file." }
    : { title: "Something went wrong", detail: `The app answered with status ${status}. Try again in a moment.` };

const get = async (path, options) => (await send("GET", path, options)).body;
export const address = (...parts) => `/api/${parts.map(encodeURIComponent).join("/")}`;

/** A file of the app, as text. */
export async function text(path) {
  const response = await reach(path, {}, 2);
  if (!response.ok) throw new Problem(response.status, words(response.status));
  return response.text();
}

export const rows = (name, query, signal) => get(`${address(name)}?${query}`, { signal });
export const row = (name, id, part) => send("GET", partly(address(name, id), part));
export const create = (name, body) => send("POST", address(name), { body });
export const change = (name, id, body, etag, part) => send("PATCH", partly(address(name, id), part), { body, etag });
export const remove = (name, id, etag) => send("DELETE", address(name, id), { etag });

/** `part`: what is answered of the record, {fields, cut}; all of it unless said. */
const partly = (path, part) => (part ? `${path}?${new URLSearchParams(part)}` : path);

/** One record's label, by its identifier. `fixed`: of a static entity, which knows no filters. */
export async function labelOf(name, id, fixed) {
  const narrowed = fixed ? [] : [["filter.Id", String(id)]];
  const { items } = await rows(name, new URLSearchParams([["labels", "true"], ["size", "200"], ...narrowed]));
  return items.find((item) => String(item.Id) === String(id))?.Label ?? String(id);
}

/** Labels for pickers: {items: [{Id, Label}], total}. */
export function labels(name, search, size, signal) {
  const query = new URLSearchParams({ labels: "true", size: String(size) });
  if (search) query.set("search", search);
  return rows(name, query, signal);
}
