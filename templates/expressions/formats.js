// Values as expressions write them for people.
import { given } from "./logic.js";
import { atDigits, decimalText } from "./numbers.js";
import { join, orNull, substr, text } from "./texts.js";

const EMAIL = /^[^@\s\x85]+@[^@\s\x85]+\.[^@\s\x85]+$/;
const LONGEST_EMAIL = 250;
const MOST = 10_000;

/** A Decimal's digits, its groups and decimals separated. */
function written(value, digits, point, group) {
  const decimals = Math.min(Math.max(digits, 0), 8);
  const number = atDigits(value, decimals);
  const [whole, fraction = ""] = decimalText(number).replace("-", "").split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, () => text(group));
  const shown = decimals ? `${groups}${text(point)}${fraction.padEnd(decimals, "0")}` : groups;
  return number < 0n ? `-${shown}` : shown;
}

export const formatDecimal = (value, digits, point, group) =>
  given([value, digits], (v, d) => orNull(written(v, d, point, group)));

export const formatCurrency = (value, symbol, digits, point, group) =>
  given([value, digits], (v, d) => join(symbol, written(v, d, point, group)));

export const formatPercent = (value, digits, point) =>
  given([value, digits], (v, d) => orNull(`${written(v * 100n, d, point, null)}%`));

export function formatText(value, least, most, left, character) {
  return given([least, most, left], (low, high, atStart) => {
    const sign = Array.from(text(character)).length === 1 ? character : "";
    const found = Array.from(text(value));
    const filling = sign ? Array(Math.max(Math.min(low, MOST) - found.length, 0)).fill(sign) : [];
    const filled = atStart ? [...filling, ...found] : [...found, ...filling];
    if (high < 0 || filled.length <= high) return orNull(filled.join(""));
    return orNull((atStart ? filled.slice(filled.length - high) : filled.slice(0, high)).join(""));
  });
}

export function formatPhoneNumber(number, country, area, rest, first, second, third) {
  if (number === null) return null;
  return given([country, area, rest], (...sizes) => {
    const [a, b, c] = sizes.map((size) => Math.max(size, 0));
    const part = (from, size) => text(substr(number, from, size));
    return join(first, part(0, a), second, part(a, b), third, part(a + b, c));
  });
}

export const emailAddressValidate = (address) =>
  address === null || ([...address].length <= LONGEST_EMAIL && EMAIL.test(address));

export function emailAddressCreate(name, address) {
  if (name === null || address === null) return address;
  return orNull(`"${name.replace(/[\\"]/g, "\\$&")}" <${address}>`);
}
