// Values as people read them. Exact decimals stay text from end to end; no number type ever rounds them.

const LOCALE = navigator.language;
const DATE = new Intl.DateTimeFormat(LOCALE, {
  year: "numeric",
  month: "short",
  day: "numeric",
  numberingSystem: "latn",
});
const UTC_DATE = new Intl.DateTimeFormat(LOCALE, {
  year: "numeric",
  month: "short",
  day: "numeric",
  numberingSystem: "latn",
  timeZone: "UTC",
});
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", minute: "2-digit", numberingSystem: "latn" });
const UTC_CLOCK = new Intl.DateTimeFormat(LOCALE, {
  hour: "numeric",
  minute: "2-digit",
  numberingSystem: "latn",
  timeZone: "UTC",
});
const WHOLE = new Intl.NumberFormat(LOCALE, { useGrouping: true, maximumFractionDigits: 0, numberingSystem: "latn" });
const SEPARATORS = new Intl.NumberFormat(LOCALE, { numberingSystem: "latn" }).formatToParts(1234.5);

/** The person's own decimal sign, "." or ",". */
export const DECIMAL_SIGN = SEPARATORS.find((part) => part.type === "decimal").value;

/** The type's zeros that say nothing go: Currency keeps two decimals at least, others none. */
export function plainDecimal(text, type) {
  const [whole, fraction = ""] = String(text).split(".");
  const least = type === "Currency" ? 2 : 0;
  const rest = fraction.replace(/0+$/, "").padEnd(least, "0");
  return rest ? `${whole}.${rest}` : whole;
}

function grouped(text, type) {
  const plain = plainDecimal(text, type);
  if (!/^-?\d+(\.\d+)?$/.test(plain)) return String(text);
  const [whole, fraction] = plain.split(".");
  const sign = whole.startsWith("-") ? "-" : "";
  const digits = WHOLE.format(BigInt(sign ? whole.slice(1) : whole));
  return sign + digits + (fraction ? DECIMAL_SIGN + fraction : "");
}

function moment(text, format) {
  const value = new Date(text);
  return Number.isNaN(value.getTime()) ? String(text) : format(value);
}

/** A number of bytes: "512 bytes", "1.4 kB". */
export const bytes = (size) => {
  const units = ["bytes", "kB", "MB"];
  const step = size < 1000 ? 0 : size < 1_000_000 ? 1 : 2;
  const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: step ? 1 : 0 }).format(size / 1000 ** step);
  return `${number} ${units[step]}`;
};

const SHOW = {
  Integer: grouped,
  "Long Integer": grouped,
  Decimal: grouped,
  Currency: grouped,
  Boolean: (value) => (value ? "Yes" : "No"),
  Date: (value) => moment(`${value}T00:00:00Z`, (date) => UTC_DATE.format(date)),
  Time: (value) => moment(`1970-01-01T${value}Z`, (date) => UTC_CLOCK.format(date)),
  "Date Time": (value) => moment(value, (date) => `${DATE.format(date)}, ${CLOCK.format(date)}`),
  "Binary Data": ({ name, size }) => (name ? `${name} (${bytes(size)})` : bytes(size)),
};

/** One attribute of a row as text; "" when it has no value. Long texts are cut: lists are for finding, not reading. */
export function display(row, attribute) {
  const value = row[attribute.name];
  if (value === null || value === undefined) return "";
  if (attribute.type === "Identifier") return String(row.$labels?.[attribute.name] ?? value);
  const show = SHOW[attribute.type];
  return show ? show(value, attribute.type) : short(String(value));
}

/** The beginning of a long text. */
export function short(text) {
  const points = Array.from(text.slice(0, 500));
  return points.length > 200 ? `${points.slice(0, 200).join("")}…` : text;
}

export const isNumber = (type) => ["Integer", "Long Integer", "Decimal", "Currency"].includes(type);

/** "a" or "an" by the first letters: an order, a user; good enough for labels. */
export const article = (word) => (/^(?!eu|one|uni|url|us|uti)[aeiou]/i.test(word) ? "an" : "a");

/** A label within a sentence: "Opened at" → "opened at", "URL" stays. */
export const inSentence = (label) =>
  /^\p{Lu}\p{Lu}/u.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);

/** A count with its noun: "1 ticket", "200 tickets". */
export const count = (number, one, many) => `${WHOLE.format(number)} ${number === 1 ? one : many}`;
