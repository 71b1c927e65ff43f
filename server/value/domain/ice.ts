import { type Explained, term } from "./explained";
import { demandNumber } from "./fault";

/** Both are in use and rank differently, so the one that was meant is stored: Ellis' product, or the mean. */
export type IceRule = "product" | "mean";

export interface IceInput {
  /** 1–10 */
  impact: number;
  /** 1–10, or a share 0–1 when `confidenceScale` says so: the same word on the other scale is ten times the score */
  confidence: number;
  confidenceScale: "points" | "share";
  /** 1–10 */
  ease: number;
  rule: IceRule;
}

/**
 * ICE = impact · confidence · ease (Ellis), or their mean.
 *
 * @throws {FigureError} naming the field that is off its scale
 */
export function ice({ impact, confidence, confidenceScale, ease, rule }: IceInput): Explained {
  demandNumber("impact", impact, { min: 1, max: 10 });
  demandNumber("confidence", confidence, confidenceScale === "share" ? { min: 0, max: 1 } : { min: 1, max: 10 });
  demandNumber("ease", ease, { min: 1, max: 10 });
  return {
    value: rule === "product" ? impact * confidence * ease : (impact + confidence + ease) / 3,
    unit: "1",
    formula: rule === "product" ? "impact · confidence · ease" : "(impact + confidence + ease) / 3",
    terms: [term("impact", impact), term("confidence", confidence), term("ease", ease)],
  };
}
