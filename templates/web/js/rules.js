// What a value must be, told in the sentences that the server uses too. Lengths count code points.
import { article, DECIMAL_SIGN, inSentence, isNumber } from "./format.js";

const INTEGER_RANGE = { Integer: [-(2n ** 31n), 2n ** 31n - 1n], "Long Integer": [-(2n ** 63n), 2n ** 63n - 1n] };
// Nothing but white space and characters that have no width (docs/model.md, "Blank texts").
const BLANK =
  /^[\s\u0085\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]*$/u;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/u;

/** The first thing wrong with a value ready to be sent (null: none given), or "". */
export function check(attribute, value) {
  const label = inSentence(attribute.label);
  if (value === null || (typeof value === "string" && attribute.mandatory && BLANK.test(value)))
    return attribute.mandatory ? missing(attribute, label) : "";
  if (isNumber(attribute.type)) return checkNumber(attribute, value);
  if (typeof value !== "string") return "";
  return checkText(attribute, value);
}

function missing(attribute, label) {
  const verb = ["Identifier", "Boolean", "Binary Data"].includes(attribute.type) ? "Choose" : "Enter";
  return `${verb} ${article(label)} ${label}.`;
}

function checkText(attribute, text) {
  const { label, minLength, pattern } = attribute;
  const length = Array.from(text).length;
  const most = attribute.length ?? { Email: 250, "Phone Number": 20 }[attribute.type];
  if (most !== undefined && length > most) return `${label} can have ${characters(most)} at most; this has ${length}.`;
  if (minLength !== undefined && length < minLength) return `${label} needs at least ${characters(minLength)}.`;
  if (attribute.type === "Email" && !EMAIL.test(text))
    return `${label} must be an e-mail address, such as name@example.com.`;
  if (pattern === undefined || fits(pattern, text)) return "";
  return `${label} doesn't have the expected form: ${attribute.form ?? pattern}`;
}

const many = (number, one) => `${number} ${number === 1 ? one : `${one}s`}`;
const characters = (number) => many(number, "character");

// The server has the last word on patterns that this browser reads differently.
function fits(pattern, text) {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    return true;
  }
}

function checkNumber(attribute, text) {
  const { label, type } = attribute;
  const range = INTEGER_RANGE[type];
  if (range && !/^-?\d+$/.test(text)) return `${label} must be a whole number.`;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return `${label} must be a number, such as 12${DECIMAL_SIGN}50.`;
  const tooLarge = range && (BigInt(text) < range[0] || BigInt(text) > range[1]);
  if (tooLarge) return `${label} must be between ${range[0]} and ${range[1]}.`;
  return (range ? "" : checkDigits(attribute, text)) || checkRange(attribute, text);
}

function checkDigits({ label, digits = 28, decimals = 8 }, text) {
  const [whole, fraction = ""] = text.replace("-", "").split(".");
  const before = digits - decimals;
  if (fraction.replace(/0+$/, "").length > decimals) {
    return decimals === 0
      ? `${label} must be a whole number.`
      : `${label} can have ${many(decimals, "decimal")} at most.`;
  }
  const fit = whole.replace(/^0+/, "").length <= before;
  return fit ? "" : `${label} can have ${many(before, "digit")} before the point at most.`;
}

function checkRange({ label, minimum, maximum }, text) {
  const low = minimum !== undefined && compare(text, String(minimum)) < 0;
  const high = maximum !== undefined && compare(text, String(maximum)) > 0;
  if (!low && !high) return "";
  if (minimum !== undefined && maximum !== undefined) return `${label} must be between ${minimum} and ${maximum}.`;
  return low ? `${label} must be at least ${minimum}.` : `${label} must be at most ${maximum}.`;
}

// Exact comparison of decimal texts: both are scaled to whole numbers.
function compare(left, right) {
  const places = Math.max(...[left, right].map((text) => (text.split(".")[1] ?? "").length));
  const scaled = (text) => {
    const [whole, fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(places, "0"));
  };
  const difference = scaled(left) - scaled(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
