// What operators mean where JavaScript's own mean something else. null is no value; a text is never "".

export class Overflow extends Error {}

/** An index that has no value, or where its list has no element. */
export class OutOfRange extends Error {}

/** Ordered values that both are there. */
export const less = (a, b) => a !== null && b !== null && a < b;
export const greater = (a, b) => less(b, a);
export const atMost = (a, b) => a !== null && b !== null && a <= b;
export const atLeast = (a, b) => atMost(b, a);

/** An element of a list, which is never null. */
export function at(list, index) {
  if (index === null) throw new OutOfRange("The list has no element without an index.");
  if (index < 0 || index >= list.length) {
    throw new OutOfRange(`The list has no element ${index}.`);
  }
  return list[index];
}

export const hasValue = (value) => value !== null;

/** The result of `compute`, or null where one of `values` is. */
export function given(values, compute) {
  return values.includes(null) ? null : compute(...values);
}
