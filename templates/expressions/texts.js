// Texts as expressions know them: null for the empty text, positions and lengths in characters (code points).
import { Overflow, given } from "./logic.js";

const MOST = 10_485_760;

export const text = (value) => value ?? "";

/** A text that was made, null for the empty one. */
export function orNull(value) {
  if (value.length > MOST && count(value) > MOST) throw new Overflow();
  return value === "" ? null : value;
}

function count(value) {
  let pairs = 0;
  for (let at = 0; at < value.length; at++) if ((value.charCodeAt(at) & 0xfc00) === 0xdc00) pairs++;
  return value.length - pairs;
}

// No text of so many units has few enough characters: it need not be made first.
function check(units) {
  if (units > 2 * MOST) throw new Overflow();
}

const characters = (value) => Array.from(text(value));

/** Negative, 0 or positive, by code points. */
function order(a, b) {
  const [x, y] = [characters(a), characters(b)];
  for (let at = 0; at < x.length && at < y.length; at++) {
    if (x[at] !== y[at]) return x[at].codePointAt(0) - y[at].codePointAt(0);
  }
  return x.length - y.length;
}

const both = (a, b, test) => a !== null && b !== null && test(order(a, b));
export const less = (a, b) => both(a, b, (found) => found < 0);
export const greater = (a, b) => both(a, b, (found) => found > 0);
export const atMost = (a, b) => both(a, b, (found) => found <= 0);
export const atLeast = (a, b) => both(a, b, (found) => found >= 0);

export function join(...parts) {
  const texts = parts.map(text);
  check(texts.reduce((units, one) => units + one.length, 0));
  return orNull(texts.join(""));
}

/** Whether the text is as the pattern, in which % stands for any characters. */
export function like(value, pattern) {
  const [first, ...others] = text(pattern).split("%");
  const whole = text(value);
  if (others.length === 0) return whole === first;
  const last = others.pop();
  if (whole.length < first.length + last.length || !whole.startsWith(first) || !whole.endsWith(last)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = whole.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= whole.length - last.length;
}

export function chr(code) {
  return given([code], (c) => (c > 0 && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff) ? String.fromCodePoint(c) : null));
}

export const newLine = () => "\n";
export const length = (value) => characters(value).length;

const HTML = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function encodeHtml(value) {
  return orNull(text(value).replace(/[&<>"']/g, (sign) => HTML[sign]).replace(/\r\n|\r|\n/g, "<br/>"));
}

export function encodeJavaScript(value) {
  const unit = (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return orNull(text(value).replace(/[^A-Za-z0-9 .,_-]/g, unit));
}

export function encodeUrl(value) {
  const bytes = (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return orNull(encodeURIComponent(text(value)).replace(/[!'()*]/g, bytes).replaceAll("%20", "+"));
}

/** Where `search` begins in `value`, as a count of characters; backwards, another `start` than 0 is where `value` ends. */
export function index(value, search, start, backwards, ignoreCase) {
  return given([start, backwards, ignoreCase], () => {
    const fold = (one) => text(ignoreCase ? toLower(one) : one);
    const sought = fold(search);
    if (sought === "") return -1;
    const every = Array.from(fold(value));
    if (!backwards && start > every.length) return -1;
    const before = every.slice(0, Math.max(start, 0)).join("");
    const whole = backwards && start !== 0 ? before : every.join("");
    const found = backwards ? whole.lastIndexOf(sought) : whole.indexOf(sought, before.length);
    return found < 0 ? -1 : Array.from(whole.slice(0, found)).length;
  });
}

export function replace(value, search, other) {
  if (value === null || search === null) return value;
  let found = 0;
  for (let at = value.indexOf(search); at >= 0; at = value.indexOf(search, at + search.length)) found++;
  check(value.length + found * (text(other).length - search.length));
  return orNull(value.replaceAll(search, () => text(other)));
}

export function substr(value, start, count) {
  return given([start, count], (from, size) =>
    size <= 0 ? null : orNull(characters(value).slice(Math.max(from, 0), Math.max(from + size, 0)).join("")));
}

// Letters whose other form came with Unicode 16 or 17, which not every browser knows.
const LATE = /[\u019b\u0264\u1c89\u1c8a\ua7cb-\ua7cf\ua7d2-\ua7d5\ua7da-\ua7dc\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/u;
const single = (sign, other) => (Array.from(other).length === 1 && !LATE.test(sign) ? other : sign);
const each = (change) => (value) => orNull(characters(value).map((sign) => single(sign, change(sign))).join(""));
export const toLower = each((sign) => sign.toLowerCase());
export const toUpper = each((sign) => sign.toUpperCase());

const isBlank = (unit) => unit === 32 || (unit >= 9 && unit <= 13);

/** Without blanks, tabs and line ends at the ends that are asked for. */
function trimmed(value, start, end) {
  const whole = text(value);
  let [from, to] = [0, whole.length];
  while (start && from < to && isBlank(whole.charCodeAt(from))) from++;
  while (end && from < to && isBlank(whole.charCodeAt(to - 1))) to--;
  return orNull(whole.slice(from, to));
}

export const trim = (value) => trimmed(value, true, true);
export const trimStart = (value) => trimmed(value, true, false);
export const trimEnd = (value) => trimmed(value, false, true);

export const ofWhole = (n) => given([n], String);
export const ofBoolean = (b) => given([b], (x) => (x ? "True" : "False"));

/** A random UUID of version 4. Browsers offer theirs to pages from https and this machine alone. */
export function newGuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
