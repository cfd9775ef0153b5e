// Dates, times and moments as expressions calculate them, all in UTC: a Date is days since 1970, a Time is microseconds
// of the day, a Date Time is microseconds since 1970 as a bigint.
import { given } from "./logic.js";

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;
const MICROSECONDS = { Seconds: SECOND, Minutes: 60n * SECOND, Hours: 3_600n * SECOND, Days: DAY };
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];

/** Days since 1970; null where there is no such date in the years 1 to 9999. */
export function newDate(year, month, day) {
  return given([year, month, day], (y, m, d) => {
    if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > monthLength(y, m)) return null;
    return daysOf(y, m, d);
  });
}

export function newTime(hour, minute, second) {
  return given([hour, minute, second], (h, m, s) => {
    if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59) return null;
    return ((h * 60 + m) * 60 + s) * 1_000_000;
  });
}

export const buildDateTime = (date, time) => given([date, time], (d, t) => BigInt(d) * DAY + BigInt(t));
export const newDateTime = (y, m, d, ...time) => buildDateTime(newDate(y, m, d), newTime(...time));
export const toDateTime = (date) => given([date], (d) => BigInt(d) * DAY);
export const toDate = (moment) => given([moment], (m) => Number(floor(m, DAY)));
export const toTime = (moment) => given([moment], (m) => Number(m - floor(m, DAY) * DAY));

const FIRST = toDateTime(daysOf(1, 1, 1));
const END = toDateTime(daysOf(10_000, 1, 1));
const inRange = (moment) => (moment >= FIRST && moment < END ? moment : null);

function floor(n, d) {
  return n / d - (n % d < 0n ? 1n : 0n);
}

function monthLength(year, month) {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function daysOf(year, month, day) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 86_400_000;
}

/** Year, month and day of a Date. */
function civil(date) {
  const found = new Date(date * 86_400_000);
  return [found.getUTCFullYear(), found.getUTCMonth() + 1, found.getUTCDate()];
}

/** A moment so many units later: Seconds, Minutes, Hours or Days. */
export const add = (unit, moment, n) => given([moment, n], (m, count) => inRange(m + BigInt(count) * MICROSECONDS[unit]));

export function addMonths(moment, n) {
  return given([moment, n], (m, count) => {
    const [year, month, day] = civil(toDate(m));
    const months = year * 12 + month - 1 + count;
    const [y, index] = [Math.floor(months / 12), ((months % 12) + 12) % 12];
    if (y < 1 || y > 9999) return null;
    return buildDateTime(daysOf(y, index + 1, Math.min(day, monthLength(y, index + 1))), toTime(m));
  });
}

export const addYears = (moment, n) => given([moment, n], (m, count) => addMonths(m, count * 12));

export const year = (moment) => given([moment], (m) => civil(toDate(m))[0]);
export const month = (moment) => given([moment], (m) => civil(toDate(m))[1]);
export const day = (moment) => given([moment], (m) => civil(toDate(m))[2]);
export const dayOfWeek = (moment) => given([moment], (m) => (((toDate(m) + 4) % 7) + 7) % 7);

/** Of a Time; of a Date Time after `toTime`. */
export const hour = (time) => given([time], (t) => Math.floor(t / 3_600_000_000));
export const minute = (time) => given([time], (t) => Math.floor(t / 60_000_000) % 60);
export const second = (time) => given([time], (t) => Math.floor(t / 1_000_000) % 60);

export const diffDays = (a, b) => given([a, b], (from, to) => toDate(to) - toDate(from));
export const diffHours = (a, b) => given([diff("Hours", a, b)], Number);
/** Each moment is cut to its unit first. */
export const diff = (unit, a, b) =>
  given([a, b], (from, to) => floor(to, MICROSECONDS[unit]) - floor(from, MICROSECONDS[unit]));

// Texts

const padded = (n, size = 2) => String(n).padStart(size, "0");

export const dateText = (date) => given([date], (d) => {
  const [y, m, day] = civil(d);
  return `${padded(y, 4)}-${padded(m)}-${padded(day)}`;
});

export const timeText = (time) => given([time], (t) => {
  const rest = t % 1_000_000;
  const fraction = rest ? `.${padded(rest, 6).replace(/0+$/, "")}` : "";
  return `${padded(hour(t))}:${padded(minute(t))}:${padded(second(t))}${fraction}`;
});

export const dateTimeText = (moment) => given([moment], (m) => `${dateText(toDate(m))} ${timeText(toTime(m))}`);

const DATE = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/;
const TIME = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?$/;

/** The Date of a text without blanks at its ends. */
export function parsedDate(text) {
  const [, y, m, d] = DATE.exec(text) ?? [null];
  return y === undefined ? null : newDate(Number(y), Number(m), Number(d));
}

export function parsedTime(text) {
  const [, h, m, s = "0", fraction = ""] = TIME.exec(text) ?? [null];
  const time = h === undefined ? null : newTime(Number(h), Number(m), Number(s));
  return given([time], (t) => t + Number(fraction.padEnd(6, "0")));
}

export function parsedDateTime(text) {
  const [, date, time, zone] = /^(\S+?)(?:[ T](\S+?))?(Z?)$/.exec(text) ?? [null];
  if (date === undefined || (zone && !time)) return null;
  return buildDateTime(parsedDate(date), time ? parsedTime(time) : 0);
}

const PARTS = /\\([\s\S])|(d{1,4}|M{1,4}|yyyy|yy?|HH?|hh?|mm?|ss?|tt?)/gu;

/** The moment in a form such as `dd/MM/yyyy HH:mm`. */
export function format(moment, form) {
  if (moment === null || form === null) return null;
  const [y, mo, d] = civil(toDate(moment));
  const [time, week] = [toTime(moment), dayOfWeek(moment)];
  const h = hour(time);
  const twelve = h % 12 || 12;
  const half = h < 12 ? "AM" : "PM";
  const parts = {
    d, dd: padded(d), ddd: WEEKDAYS[week].slice(0, 3), dddd: WEEKDAYS[week],
    M: mo, MM: padded(mo), MMM: MONTHS[mo - 1].slice(0, 3), MMMM: MONTHS[mo - 1],
    y: y % 100, yy: padded(y % 100), yyyy: padded(y, 4),
    H: h, HH: padded(h), h: twelve, hh: padded(twelve),
    m: minute(time), mm: padded(minute(time)), s: second(time), ss: padded(second(time)),
    t: half[0], tt: half,
  };
  return form.replace(PARTS, (all, kept, part) => (part ? parts[part] : kept)) || null;
}
