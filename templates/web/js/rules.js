// What a value must be, told in the sentences that the server uses too. Lengths count code points.
import { article, DECIMAL_SIGN, inSentence, isNumber } from "./format.js";

const INTEGER_RANGE = { Integer: [-(2n ** 31n), 2n ** 31n - 1n], "Long Integer": [-(2n ** 63n), 2n ** 63n - 1n] };
const EMAIL = /^[^\s@]+@[^\s@]+$/u;

/** The first thing wrong with a value ready to be sent (null: none given), or "". */
export function check(attribute, value) {
  const label = inSentence(attribute.label);
  if (value === null || (typeof value === "string" && !value.trim() && attribute.mandatory)) return attribute.mandatory ? missing(attribute, label) : "";
  if (isNumber(attribute.type)) return checkNumber(attribute, value);
  if (typeof value !== "string") return "";
  return checkText(attribute, value);
}

function missing(attribute, label) {
  const verb = ["Identifier", "Boolean", "Binary Data"].includes(attribute.type) ? "Choose" : "Enter";
  return `${verb} ${article(label)} ${label}.`;
}

function checkText(attribute, text) {
  const length = Array.from(text).length;
  const most = attribute.length ?? { Email: 250, "Phone Number": 20 }[attribute.type];
  if (most !== undefined && length > most) return `Use at most ${most} characters; these are ${length}.`;
  if (attribute.minLength !== undefined && length < attribute.minLength) return `Use at least ${attribute.minLength} characters.`;
  if (attribute.type === "Email" && !EMAIL.test(text)) return "Enter an email address, like name@example.com.";
  if (attribute.pattern !== undefined && !fits(attribute.pattern, text)) return `${attribute.label} doesn't have the expected form.`;
  return "";
}

// The server has the last word on patterns that this browser reads differently.
function fits(pattern, text) {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    return true;
  }
}

function checkNumber(attribute, text) {
  const whole = attribute.type in INTEGER_RANGE;
  if (!(whole ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/).test(text)) return whole ? "Enter a whole number." : `Enter a number, like 12${DECIMAL_SIGN}5.`;
  if (whole) {
    const [least, most] = INTEGER_RANGE[attribute.type];
    if (BigInt(text) < least || BigInt(text) > most) return "This number is too large.";
  } else {
    const wrong = checkDigits(attribute, text);
    if (wrong) return wrong;
  }
  return checkRange(attribute, text);
}

function checkDigits(attribute, text) {
  const digits = attribute.digits ?? 28;
  const decimals = attribute.decimals ?? 8;
  const [before, after = ""] = text.replace("-", "").split(".");
  if (after.replace(/0+$/, "").length > decimals) return decimals === 0 ? "Enter a whole number." : `Use at most ${decimals} decimals.`;
  return before.replace(/^0+/, "").length > digits - decimals ? "This number is too large." : "";
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
