import { type Explained, term } from "./explained";
import { demandNumber } from "./fault";

export interface CommercialValue {
  /** present value of the income once launched */
  presentValueCents: number;
  /** probability that it pays in the market once it works: with us, that people adopt it */
  commercialProbability: number;
  launchCents: number;
  /** probability that it works at all */
  technicalProbability: number;
  developmentCents: number;
}

/**
 * Expected commercial value (Cooper): [(PV · Pcs − C) · Pts] − D. The launch cost C is inside the bracket, paid only when
 * the thing works; that is what a gate between development and launch is worth: C · (1 − Pts) more than paying all at once.
 * The order matters: Pcs stands with PV, Pts with the bracket.
 *
 * @throws {FigureError} naming the field
 */
export function expectedCommercialValue(input: CommercialValue): Explained {
  const { presentValueCents, commercialProbability, launchCents, technicalProbability, developmentCents } = input;
  demandNumber("presentValueCents", presentValueCents);
  demandNumber("commercialProbability", commercialProbability, { min: 0, max: 1 });
  demandNumber("launchCents", launchCents, { min: 0 });
  demandNumber("technicalProbability", technicalProbability, { min: 0, max: 1 });
  demandNumber("developmentCents", developmentCents, { min: 0 });
  return {
    value: (presentValueCents * commercialProbability - launchCents) * technicalProbability - developmentCents,
    unit: "cents",
    formula: "(present value · P(adopted) − launch) · P(works) − development",
    terms: [
      term("present value", presentValueCents, "cents"),
      term("P(adopted)", commercialProbability),
      term("launch", launchCents, "cents"),
      term("P(works)", technicalProbability),
      term("development", developmentCents, "cents"),
    ],
  };
}

/** A gate ahead: what it costs to get through the stage before it, and how likely the stage ends well. */
export interface StageAhead {
  name: string;
  costCents: number;
  passProbability: number;
}

/**
 * What it is worth to start the first of these stages when every gate can stop the rest, folded back from the last:
 *
 *     V(g) = P(g) · max(0, V(g+1)) − cost(g)          V(last+1) = payoff
 *
 * The 0 is the kill: a stage that would lose money is not entered, even when the one before it went well.
 * With two stages it is the expected commercial value.
 *
 * @throws {FigureError} naming the field
 */
export function gatedValue(stages: readonly StageAhead[], payoffCents: number): Explained {
  demandNumber("payoffCents", payoffCents);
  let value = payoffCents;
  const terms = [term("payoff", payoffCents, "cents")];
  for (const [index, { name, costCents, passProbability }] of [...stages.entries()].reverse()) {
    demandNumber(`stages.${index}.costCents`, costCents, { min: 0 });
    demandNumber(`stages.${index}.passProbability`, passProbability, { min: 0, max: 1 });
    value = passProbability * Math.max(0, value) - costCents;
    terms.unshift(term(`before ${name}`, value, "cents"));
  }
  return { value, unit: "cents", formula: "P(pass) · max(0, value after the gate) − cost of the stage", terms };
}
