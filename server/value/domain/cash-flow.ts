import { type Explained, term } from "./explained";
import { demandNumber, FigureError } from "./fault";

/**
 * Net cash of period 0 (today), 1, 2 … in one currency. Period 0 is not discounted; Excel's NPV() discounts it too.
 * Source of all of this file: Brealey, Myers and Allen, Principles of Corporate Finance, on NPV and other investment criteria.
 */
export type CashFlow = readonly number[];

function demandFlow(flow: CashFlow): void {
  if (flow.length === 0) {
    throw new FigureError({ field: "cashFlow", code: "missing", hint: "Enter at least one period." });
  }
  flow.forEach((cash, period) => demandNumber(`cashFlow.${period}`, cash));
}

/** Below −100 % a period takes more than all that is there; nothing can be discounted at that. */
function demandRate(rate: number): void {
  demandNumber("rate", rate, { above: -1 });
}

/** Each period's cash in today's money: CFₜ / (1 + r)ᵗ. */
function presentValues(flow: CashFlow, rate: number): number[] {
  return flow.map((cash, period) => cash / (1 + rate) ** period);
}

/**
 * Net present value Σ CFₜ / (1 + r)ᵗ with t from 0, and its terms period by period.
 *
 * @throws {FigureError} naming the field
 */
export function netPresentValue(flow: CashFlow, rate: number, unit = "cents"): Explained {
  demandFlow(flow);
  demandRate(rate);
  const values = presentValues(flow, rate);
  return {
    value: values.reduce((sum, value) => sum + value, 0),
    unit,
    formula: "Σ cash of period t / (1 + rate)^t, from t = 0",
    terms: values.map((value, period) => term(`period ${period}`, value, unit)),
  };
}

/**
 * Periods until the cumulated cash first reaches 0, linear within a period: t−1 + (−Sₜ₋₁)/CFₜ. `null` when it never does:
 * never is not 0. With a rate, the same on present values.
 *
 * @throws {FigureError} naming the field
 */
export function payback(flow: CashFlow, rate = 0): number | null {
  demandFlow(flow);
  demandRate(rate);
  let before = 0;
  for (const [period, value] of presentValues(flow, rate).entries()) {
    const after = before + value;
    if (after >= 0) return period === 0 ? 0 : period - 1 - before / value;
    before = after;
  }
  return null;
}

/**
 * Internal rate of return: the rates at which the net present value is 0. A flow that changes its sign once has one. One
 * that never does has none, and one that changes it more often may have several, none of which is "the" return: then the
 * answer lists all and ranks by none.
 */
export type InternalRate =
  | { kind: "one"; rate: number }
  | { kind: "none"; why: string }
  | { kind: "several"; rates: readonly number[]; why: string };

/** Rates from −99.9 % to 100,000 % per period; what lies beyond is no return of a plant. */
const LOWEST_LOG = Math.log(0.001);
const HIGHEST_LOG = Math.log(1_001);
const STEPS = 4_000;

/**
 * All internal rates of return between −99.9 % and 100,000 % per period: sign changes of the net present value over a grid,
 * then bisection; a root that only touches 0 is looked for at every dip between them.
 *
 * @throws {FigureError} naming the field
 */
export function internalRate(flow: CashFlow): InternalRate {
  demandFlow(flow);
  const signs = flow.filter((cash) => cash !== 0).map(Math.sign);
  const changes = signs.filter((sign, index) => index > 0 && sign !== signs[index - 1]).length;
  if (changes === 0) {
    return { kind: "none", why: "All cash goes one way: there is nothing to return, or nothing to return it on." };
  }
  const scale = flow.reduce((sum, cash) => sum + Math.abs(cash), 0);
  const at = (log: number): number => flow.reduceRight((sum, cash) => sum / Math.exp(log) + cash, 0) / scale;
  const rates = roots(at).map((log) => Math.exp(log) - 1);
  const [rate] = rates;
  if (rate === undefined) {
    return { kind: "none", why: "The net present value is 0 at no rate between −99.9 % and 100,000 % per period." };
  }
  if (rates.length === 1) return { kind: "one", rate };
  return {
    kind: "several",
    rates,
    why: `The cash changes its direction ${changes} times, and the net present value is 0 at ${rates.length} rates. Rank by net present value.`,
  };
}

function roots(at: (log: number) => number): number[] {
  const width = (HIGHEST_LOG - LOWEST_LOG) / STEPS;
  const values = Array.from({ length: STEPS + 1 }, (_, step) => at(LOWEST_LOG + step * width));
  const found: number[] = [];
  for (const [step, value] of values.entries()) {
    const log = LOWEST_LOG + step * width;
    const next = values[step + 1];
    const before = values[step - 1];
    if (value === 0) found.push(log);
    else if (next !== undefined && value * next < 0) found.push(bisect(at, log, log + width));
    else if (before !== undefined && next !== undefined && before * value > 0 && value * next > 0) {
      const dips = Math.abs(value) <= Math.abs(before) && Math.abs(value) < Math.abs(next);
      if (!dips) continue;
      const bottom = lowest((x) => Math.abs(at(x)), log - width, log + width);
      if (Math.abs(at(bottom)) < 1e-12) found.push(bottom);
    }
  }
  return found;
}

function bisect(at: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  const rising = at(low) < 0;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (at(middle) < 0 === rising) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Where a function with one dip between `from` and `to` is lowest, by thirds. */
function lowest(at: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 100; step += 1) {
    const left = low + (high - low) / 3;
    const right = high - (high - low) / 3;
    if (at(left) < at(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}
