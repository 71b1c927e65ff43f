import { centsFault, type Fault, FigureError } from "./fault";

/** Money as whole minor units ("cents") of one currency. Never a float: sums of cents are exact up to 9·10¹⁵. */
export interface Money {
  cents: number;
  /** ISO 4217, upper case */
  currency: string;
}

const CURRENCY = /^[A-Z]{3}$/;

/** What is wrong with an amount; `null` when nothing is. Negative amounts are refused unless `signed`. */
export function moneyFault(field: string, { cents, currency }: Money, { signed = false } = {}): Fault | null {
  if (!CURRENCY.test(currency)) {
    return { field: `${field}.currency`, code: "currency", hint: "Use a three-letter currency code such as EUR." };
  }
  return centsFault(`${field}.cents`, cents, signed);
}

/**
 * The first amount whose currency differs from that of the first one, as a fault at its field; `null` when all agree.
 * We know no exchange rate, so a sum over two currencies has no answer.
 */
export function currencyFault(amounts: readonly { field: string; currency: string }[]): Fault | null {
  const [first] = amounts;
  const other = amounts.find(({ currency }) => currency !== first?.currency);
  if (!first || !other) return null;
  return {
    field: other.field,
    code: "currency",
    hint: `This is in ${other.currency}, but ${first.field} is in ${first.currency}. Enter both in one currency.`,
  };
}

/**
 * The exact sum.
 *
 * @throws {FigureError} when the amounts are in several currencies, or the sum is beyond exact whole numbers
 */
export function sumMoney(amounts: readonly Money[], currency: string): Money {
  const fault = currencyFault([
    { field: "total", currency },
    ...amounts.map((amount, index) => ({ field: `amounts.${index}`, currency: amount.currency })),
  ]);
  if (fault) throw new FigureError(fault);
  const cents = amounts.reduce((total, amount) => total + amount.cents, 0);
  const wrong = moneyFault("total", { cents, currency }, { signed: true });
  if (wrong) throw new FigureError(wrong);
  return { cents, currency };
}

/**
 * An amount times a factor, rounded to the nearest cent, halves away from zero (so that a loss and a gain of the same size
 * stay of the same size).
 *
 * @throws {FigureError} when the product is no amount
 */
export function scaleMoney({ cents, currency }: Money, factor: number): Money {
  const scaled = { cents: roundCents(cents * factor), currency };
  const fault = moneyFault("product", scaled, { signed: true });
  if (fault) throw new FigureError(fault);
  return scaled;
}

/** To the nearest cent, halves away from zero. Never -0. */
export function roundCents(cents: number): number {
  const rounded = Math.sign(cents) * Math.round(Math.abs(cents));
  return rounded === 0 ? 0 : rounded;
}

/**
 * Splits cents in proportion to the weights without losing one: each part is rounded down, and the cents left over go to the
 * largest remainders, the earlier first (Hamilton's method).
 *
 * @throws {FigureError} when a weight is negative or all are zero
 */
export function splitCents(cents: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.some((weight) => !Number.isFinite(weight) || weight < 0)) {
    throw new FigureError({ field: "weights", code: "negative", hint: "Enter weights of 0 or more." });
  }
  if (total === 0) {
    throw new FigureError({ field: "weights", code: "zero", hint: "Give at least one share a weight above 0." });
  }
  const sign = cents < 0 ? -1 : 1;
  const exact = weights.map((weight) => (Math.abs(cents) * weight) / total);
  const parts = exact.map(Math.floor);
  let left = Math.abs(cents) - parts.reduce((sum, part) => sum + part, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder) {
    if (left <= 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts.map((part) => (part === 0 ? 0 : sign * part));
}
