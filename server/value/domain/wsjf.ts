import { type Explained, term } from "./explained";
import { demandNumber } from "./fault";

export interface WsjfPoints {
  businessValue: number;
  timeCriticality: number;
  riskReduction: number;
  jobSize: number;
}

/**
 * Weighted shortest job first in relative points (SAFe): (business value + time criticality + risk reduction) / job size.
 * Points compare within one list only and can never be traded against money; `wsjfMoney` can.
 *
 * @throws {FigureError} naming the field
 */
export function wsjfPoints({ businessValue, timeCriticality, riskReduction, jobSize }: WsjfPoints): Explained {
  demandNumber("businessValue", businessValue, { min: 0 });
  demandNumber("timeCriticality", timeCriticality, { min: 0 });
  demandNumber("riskReduction", riskReduction, { min: 0 });
  demandNumber("jobSize", jobSize, { above: 0 });
  return {
    value: (businessValue + timeCriticality + riskReduction) / jobSize,
    unit: "1",
    formula: "(business value + time criticality + risk reduction) / job size",
    terms: [
      term("business value", businessValue),
      term("time criticality", timeCriticality),
      term("risk reduction", riskReduction),
      term("job size", jobSize),
    ],
  };
}

export interface WsjfMoney {
  /** what every week of waiting costs */
  costOfDelayCentsPerWeek: number;
  currency: string;
  durationWeeks: number;
}

/**
 * Reinertsen's original: cost of delay / duration. Two jobs done in this order lose the least money to waiting.
 *
 * @throws {FigureError} naming the field
 */
export function wsjfMoney({ costOfDelayCentsPerWeek, currency, durationWeeks }: WsjfMoney): Explained {
  demandNumber("costOfDelayCentsPerWeek", costOfDelayCentsPerWeek, { min: 0 });
  demandNumber("durationWeeks", durationWeeks, { above: 0 });
  return {
    value: costOfDelayCentsPerWeek / durationWeeks,
    unit: `cents ${currency}/wk per wk`,
    formula: "cost of delay / duration",
    terms: [
      term("cost of delay", costOfDelayCentsPerWeek, `cents ${currency}/wk`),
      term("duration", durationWeeks, "wk"),
    ],
  };
}
