import type { MoneyMeasures } from "./cash-plan";

/** One period of the expected cash, in cents: what net value, payback and internal rate are made of. */
export interface CashPeriod {
  /** 0 is today, 1 the first month after go-live */
  month: number;
  cash: number;
  cumulated: number;
  /** in today's money, by the discount rate */
  present: number;
  presentCumulated: number;
  /** in today's money by the internal rate, by which all periods together are 0; null where there is not one such rate */
  atInternalRate: number | null;
}

/** The terms of the measures, period by period: the last `presentCumulated` is the net value, the first that is not below 0 the payback. */
export function cashTable({ flow, netPresentValue, internalRate }: MoneyMeasures): CashPeriod[] {
  let [cumulated, presentCumulated] = [0, 0];
  return flow.map((cash, month) => {
    const present = netPresentValue.terms[month]?.value ?? Number.NaN;
    cumulated += cash;
    presentCumulated += present;
    const atInternalRate = internalRate.kind === "one" ? cash / (1 + internalRate.rate) ** month : null;
    return { month, cash, cumulated, present, presentCumulated, atInternalRate };
  });
}
