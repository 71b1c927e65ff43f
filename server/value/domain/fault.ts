/**
 * What can be wrong with a figure that somebody typed. Code branches on the code, people read the hint.
 *
 * - `not_a_number` NaN, infinite, or not a whole number where only whole ones make sense
 * - `negative` below zero where nothing can be below zero
 * - `zero` zero where a division follows
 * - `out_of_range` outside the bounds named in the hint
 * - `order` low, mode and high are not in this order
 * - `currency` money of two currencies in one sum, or no ISO 4217 code
 * - `missing` there is nothing where something is needed
 * - `duplicate` the same name twice
 * - `cycle` a thing needs itself
 * - `unknown_reference` a name that nothing has
 */
export type FaultCode =
  | "not_a_number"
  | "negative"
  | "zero"
  | "out_of_range"
  | "order"
  | "currency"
  | "missing"
  | "duplicate"
  | "cycle"
  | "unknown_reference";

/** One thing wrong at one field: `field` is the path in the form (`benefit.low`), `hint` says what to do about it. */
export interface Fault {
  field: string;
  code: FaultCode;
  hint: string;
}

/** A figure that cannot be used. Forms show `fault` at its field; nothing was computed. */
export class FigureError extends RangeError {
  constructor(readonly fault: Fault) {
    super(`${fault.field}: ${fault.hint}`);
    this.name = "FigureError";
  }
}

/** What is wrong with a number that must be finite and at least `min` (and at most `max`); `null` when nothing is. */
export function numberFault(
  field: string,
  value: number,
  { min = -Infinity, max = Infinity, above }: { min?: number; max?: number; above?: number } = {},
): Fault | null {
  if (!Number.isFinite(value)) return { field, code: "not_a_number", hint: "Enter a number." };
  if (above !== undefined && value <= above) {
    if (value === 0) return { field, code: "zero", hint: "Enter more than 0: the score divides by it." };
    return value < 0
      ? { field, code: "negative", hint: `Enter more than ${above}; it cannot be negative.` }
      : { field, code: "out_of_range", hint: `Enter more than ${above}.` };
  }
  if (value < min) {
    return min === 0
      ? { field, code: "negative", hint: "Enter 0 or more; it cannot be negative." }
      : { field, code: "out_of_range", hint: `Enter ${min} or more.` };
  }
  if (value > max) return { field, code: "out_of_range", hint: `Enter ${max} or less.` };
  return null;
}

/**
 * Returns the number when it is finite and within the bounds.
 *
 * @throws {FigureError} naming the field otherwise
 */
export function demandNumber(
  field: string,
  value: number,
  bounds: { min?: number; max?: number; above?: number } = {},
): number {
  const fault = numberFault(field, value, bounds);
  if (fault) throw new FigureError(fault);
  return value;
}

/** What is wrong with an amount of whole cents; `null` when nothing is. */
export function centsFault(field: string, cents: number, signed = false): Fault | null {
  if (!Number.isSafeInteger(cents)) return { field, code: "not_a_number", hint: "Enter an amount in whole cents." };
  if (!signed && cents < 0) return { field, code: "negative", hint: "Enter 0 or more; it cannot be negative." };
  return null;
}
