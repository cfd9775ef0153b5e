// What operators mean where JavaScript's own mean something else. null is no value; a text is never "".

export class Overflow extends Error {}

/** Ordered values that both are there. */
export const less = (a, b) => a !== null && b !== null && a < b;
export const greater = (a, b) => less(b, a);
export const atMost = (a, b) => a !== null && b !== null && a <= b;
export const atLeast = (a, b) => atMost(b, a);

export const hasValue = (value) => value !== null;

/** The result of `compute`, or null where one of `values` is. */
export function given(values, compute) {
  return values.includes(null) ? null : compute(...values);
}
