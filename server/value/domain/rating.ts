import { type Explained } from "./explained";
import { type Fault, FigureError } from "./fault";
import { ice, type IceInput } from "./ice";
import { rice, type RiceInput } from "./rice";
import { wsjfPoints, type WsjfPoints } from "./wsjf";

/** What somebody thinks of a use case on the scales of the usual methods; a method left out was not used. */
export interface Rating {
  rice: RiceInput | null;
  ice: IceInput | null;
  wsjf: (WsjfPoints & { durationWeeks: number }) | null;
}

export const METHODS = ["rice", "ice", "wsjf"] as const;
export type Method = (typeof METHODS)[number];

/** Everything wrong with a rating, one fault for each method; empty when every method that was used gives a score. */
export function ratingFaults(rating: Rating): Fault[] {
  const faults = METHODS.flatMap((method) => {
    try {
      scoreOf(rating, method);
    } catch (cause) {
      if (!(cause instanceof FigureError)) throw cause;
      return [{ ...cause.fault, field: `${method}.${cause.fault.field}` }];
    }
    return [];
  });
  const weeks = rating.wsjf?.durationWeeks ?? 1;
  if (!(Number.isFinite(weeks) && weeks > 0))
    faults.push({
      field: "wsjf.durationWeeks",
      code: "zero",
      hint: "Enter more than 0 weeks: the score divides by it.",
    });
  return faults;
}

/** The score of one method, term by term; null where it was not used. @throws {FigureError} naming the field */
export function scoreOf({ rice: r, ice: i, wsjf: w }: Rating, method: Method): Explained | null {
  if (method === "rice") return r && rice(r);
  if (method === "ice") return i && ice(i);
  return w && wsjfPoints(w);
}
