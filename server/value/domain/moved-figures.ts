import { certain, type Estimate } from "./estimate";
import { expectedOf, netValueOf, type UseCaseFigures } from "./use-case-figures";

/** Where a use case was moved to in the matrix, in cents. */
export interface MovedTo {
  /** risk-adjusted net value over twelve months */
  valueCents: number;
  /** what it takes to start, with what has still to be bought */
  effortCents: number;
}

/**
 * The figures that would stand there: the one-off cost by one factor, then the benefit by one factor, so that both keep their spread;
 * everything else is as it was. Neither falls below 0, so a point may end short of where it was moved. Null where nothing that is earned
 * depends on the benefit: it works never, or nobody uses it.
 *
 * @throws {FigureError} naming the field, for figures that have a fault
 */
export function movedFigures(
  figures: UseCaseFigures,
  missingAssetsCents: number,
  discountRate: number,
  { valueCents, effortCents }: MovedTo,
): UseCaseFigures | null {
  const wantedOnce = Math.max(0, effortCents - missingAssetsCents);
  const once = expectedOf(figures, "oneOffCents");
  const dearer: UseCaseFigures = {
    ...figures,
    oneOffCents: once > 0 ? scaled(figures.oneOffCents, wantedOnce / once) : certain(Math.round(wantedOnce)),
  };
  const { value, terms } = netValueOf(dearer, missingAssetsCents, discountRate);
  const earned = terms[0]?.value ?? 0;
  if (earned <= 0) return null;
  const factor = Math.max(0, (earned + valueCents - value) / earned);
  return { ...dearer, benefitCentsPerDay: scaled(figures.benefitCentsPerDay, factor) };
}

function scaled({ low, mode, high }: Estimate, factor: number): Estimate {
  return { low: Math.round(low * factor), mode: Math.round(mode * factor), high: Math.round(high * factor) };
}
