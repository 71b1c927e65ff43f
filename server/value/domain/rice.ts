import { type Explained, term } from "./explained";
import { demandNumber, FigureError } from "./fault";

/** What impact and confidence may be: Intercom's scales. Anything between would be precision that nobody has. */
export const RICE_IMPACTS = [3, 2, 1, 0.5, 0.25] as const;
export const RICE_CONFIDENCES = [1, 0.8, 0.5] as const;

export interface RiceInput {
  /** people or events per period; compare only scores whose unit and period are the same */
  reach: number;
  reachUnit: string;
  impact: number;
  confidence: number;
  effortPersonMonths: number;
}

/**
 * RICE = reach · impact · confidence / effort (Intercom). Scores of different reach units do not compare, so the unit goes
 * with the answer.
 *
 * @throws {FigureError} naming the field: effort 0, a step that is not on the scale, a reach without a unit
 */
export function rice({ reach, reachUnit, impact, confidence, effortPersonMonths }: RiceInput): Explained {
  demandNumber("reach", reach, { min: 0 });
  if (reachUnit.trim() === "") {
    throw new FigureError({ field: "reachUnit", code: "missing", hint: "Say what is reached and in which period." });
  }
  demandStep("impact", impact, RICE_IMPACTS);
  demandStep("confidence", confidence, RICE_CONFIDENCES);
  demandNumber("effortPersonMonths", effortPersonMonths, { above: 0 });
  return {
    value: (reach * impact * confidence) / effortPersonMonths,
    unit: `${reachUnit}/person-month`,
    formula: "reach · impact · confidence / effort",
    terms: [
      term("reach", reach, reachUnit),
      term("impact", impact),
      term("confidence", confidence),
      term("effort", effortPersonMonths, "person-month"),
    ],
  };
}

function demandStep(field: string, value: number, steps: readonly number[]): void {
  demandNumber(field, value);
  if (!steps.includes(value)) {
    throw new FigureError({ field, code: "out_of_range", hint: `Choose one of ${steps.join(", ")}.` });
  }
}
