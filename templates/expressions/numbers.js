// Numbers as expressions calculate them. An Integer is a number, a Long Integer a bigint, a Decimal or Currency a bigint
// of units of 10^-28. A result has 8 decimals: it is exact, and rounded once, half away from zero.
import { Overflow, given } from "./logic.js";

const UNIT = 10n ** 28n;
// What a calculated number counts in: 10^-8.
const STEP = 10n ** 20n;
const LIMIT = 10n ** 20n * UNIT;
const MOST_POWER = 10_000;
const LEAST = { integer: -(2n ** 31n), long: -(2n ** 63n) };

const absolute = (n) => (n < 0n ? -n : n);

/** n / d, rounded half away from zero. */
export function rounded(n, d) {
  const half = (2n * absolute(n) + absolute(d)) / (2n * absolute(d));
  return n < 0n !== d < 0n ? -half : half;
}

function within(type, n) {
  return n >= LEAST[type] && n < -LEAST[type];
}

function whole(type, compute) {
  return (a, b) => given(type === "integer" ? [a, b].map(wide) : [a, b], (x, y) => {
    const result = compute(x, y);
    if (!within(type, result)) throw new Overflow(`${result} is too large`);
    return type === "integer" ? Number(result) : result;
  });
}

const wide = (n) => (n === null ? null : BigInt(n));

function of(type) {
  return {
    plus: whole(type, (a, b) => a + b),
    minus: whole(type, (a, b) => a - b),
    times: whole(type, (a, b) => a * b),
    negative: (a) => whole(type, (x, y) => y - x)(a, type === "integer" ? 0 : 0n),
  };
}

function held(n) {
  if (absolute(n) >= LIMIT) throw new Overflow("the number has more than 20 digits before the point");
  return n;
}

export const integer = of("integer");
export const long = of("long");
export const decimal = {
  plus: (a, b) => given([a, b], (x, y) => held(x + y)),
  minus: (a, b) => given([a, b], (x, y) => held(x - y)),
  times: (a, b) => given([a, b], (x, y) => held(rounded(x * y, UNIT * STEP) * STEP)),
  over: (a, b) => given([a, b], (x, y) => (y === 0n ? null : held(rounded(x * UNIT, y * STEP) * STEP))),
  negative: (a) => given([a], (x) => -x),
};

// Conversions

export const integerToLong = wide;
export const toDecimal = (n) => given([n], (x) => BigInt(x) * UNIT);

export function decimalToInteger(d) {
  return given([d], (x) => (within("integer", rounded(x, UNIT)) ? Number(rounded(x, UNIT)) : null));
}

export function decimalToLong(d) {
  return given([d], (x) => (within("long", rounded(x, UNIT)) ? rounded(x, UNIT) : null));
}

export const longToInteger = (l) => given([l], (x) => (within("integer", x) ? Number(x) : null));

/** The digits of a Decimal, without zeros at the end of its decimals. */
export function decimalText(d) {
  return given([d], (x) => {
    const digits = String(absolute(x)).padStart(29, "0");
    const decimals = digits.slice(-28).replace(/0+$/, "");
    return (x < 0n ? "-" : "") + digits.slice(0, -28) + (decimals && `.${decimals}`);
  });
}

// Longer texts are no number of any type, and take long to read.
const LONGEST = 40;
const withoutZeros = (digits) => digits.slice(0, digits.length - trailing(digits));

function trailing(digits) {
  let zeros = 0;
  while (zeros < digits.length && digits[digits.length - 1 - zeros] === "0") zeros++;
  return zeros;
}

/** The Decimal that digits, perhaps with a sign and a point, write; null for anything else. */
export function parsedDecimal(text) {
  const [, sign, digits, decimals = ""] = /^([-+]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const kept = withoutZeros(decimals);
  if (kept.length > 28 || digits.replace(/^0+/, "").length > LONGEST) return null;
  const n = BigInt(digits + kept.padEnd(28, "0"));
  return sign === "-" ? -n : n;
}

/** The whole number that digits, perhaps with a sign, write; null where the type cannot hold it. */
export function parsedWhole(type, text) {
  if (!/^[-+]?\d+$/.test(text) || text.replace(/^[-+]?0*/, "").length > LONGEST) return null;
  const n = BigInt(text.replace("+", ""));
  if (!within(type, n)) return null;
  return type === "integer" ? Number(n) : n;
}

// Functions

export function abs(type, n) {
  return given([n], (x) => {
    if (type === "decimal") return absolute(x);
    if (!within(type, absolute(BigInt(x)))) return null;
    return type === "integer" ? Math.abs(x) : absolute(x);
  });
}

export const max = (a, b) => given([a, b], (x, y) => (x >= y ? x : y));
export const min = (a, b) => given([a, b], (x, y) => (x <= y ? x : y));
export const sign = (n) => given([n], (x) => (x > 0 ? 1 : x < 0 ? -1 : 0));
export const mod = (n, m) => given([n, m], (x, y) => (y === 0n ? null : x % y));
export const trunc = (n) => given([n], (x) => (x / UNIT) * UNIT);

/** A Decimal with at most so many decimals, be it too large or not. */
export function atDigits(n, digits) {
  if (digits >= 8) return n;
  if (digits < -21) return 0n;
  const step = 10n ** BigInt(28 - digits);
  return rounded(n, step) * step;
}

export function round(n, digits) {
  return given([n, digits], (x, d) => {
    const result = atDigits(x, d);
    return absolute(result) >= LIMIT ? null : result;
  });
}

/** Whether a calculated number has its place: at most 20 digits before the point. */
export const fits = (n) => absolute(n) < LIMIT && n % STEP === 0n;

export function power(base, exponent) {
  return given([base, exponent], (x, e) => {
    if (Math.abs(e) > MOST_POWER) return null;
    if (x === 0n) return e < 0 ? null : e === 0 ? UNIT : 0n;
    if (absolute(x) === UNIT) return x < 0n && e % 2 !== 0 ? -UNIT : UNIT;
    const [b, one] = [x / STEP, UNIT / STEP];
    // Beyond 100 digits on either side the result is too large, or rounds to nothing.
    const size = Math.abs(e) * Math.abs(Math.log10(Number(absolute(b))) - 8);
    if (size > 100) return absolute(b) > one === e > 0 ? null : 0n;
    const steps = BigInt(Math.abs(e));
    const [n, d] = [b ** steps, one ** steps];
    const result = (e < 0 ? rounded(d * one, n) : rounded(n * one, d)) * STEP;
    return absolute(result) >= LIMIT ? null : result;
  });
}

export function sqrt(n) {
  return given([n], (x) => {
    if (x < 0n) return null;
    // Twice the root, in steps of a calculated number, tells on which side of the half it lies.
    return ((root((4n * x) / 10n ** 12n) + 1n) / 2n) * STEP;
  });
}

/** The whole part of a square root, by Newton's method. */
function root(n) {
  if (n < 2n) return n;
  let guess = 1n << BigInt(n.toString(2).length / 2 + 1 | 0);
  for (;;) {
    const next = (guess + n / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
}

export const ofBoolean = (b) => given([b], (x) => (x ? 1 : 0));
export const toBoolean = (n) => given([n], (x) => BigInt(x) !== 0n);
