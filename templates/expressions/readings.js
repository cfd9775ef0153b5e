// Texts that are read as values: blanks at the ends are no part of them.
import { given } from "./logic.js";
import { fits, parsedDecimal, parsedWhole } from "./numbers.js";
import { text, trim } from "./texts.js";
import * as moments from "./moments.js";

const read = (parse) => (value) => parse(text(trim(value)));

export const toInteger = read((value) => parsedWhole("integer", value));
export const toLong = read((value) => parsedWhole("long", value));
export const toDecimal = read((value) => given([parsedDecimal(value)], (n) => (fits(n) ? n : null)));
export const toDate = read(moments.parsedDate);
export const toTime = read(moments.parsedTime);
export const toDateTime = read(moments.parsedDateTime);
