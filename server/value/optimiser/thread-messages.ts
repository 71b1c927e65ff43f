import type { Fault } from "../domain/fault";
import type { MinimalSetProblem } from "../domain/minimal-set";
import type { Plan, PortfolioProblem } from "../domain/portfolio";
import type { CertifiedSet, MinimalSetAnswer } from "./find-minimal-set";
import type { Certified, FrontierPoint, PortfolioAnswer, WhyNot } from "./plan-portfolio";

/** What the optimiser's thread is asked for. */
export type Job =
  | { kind: "portfolio"; problem: PortfolioProblem }
  | { kind: "frontier"; problem: PortfolioProblem; budgetsCents: readonly number[] }
  | { kind: "why not"; problem: PortfolioProblem; useCaseId: string; best?: Plan | undefined }
  | { kind: "minimal set"; problem: MinimalSetProblem };

export interface ThreadRequest {
  id: number;
  job: Job;
  timeLimitS: number;
  /** shared: becomes 1 when nobody wants the answer any more */
  cancel: Int32Array;
}

export interface Progress {
  netCents: number;
  boundCents: number;
  gap: number;
  seconds: number;
}

export type ThreadAnswer =
  | { kind: "ready" }
  | { kind: "first"; id: number; first: Certified }
  | { kind: "found set"; id: number; found: CertifiedSet }
  | { kind: "progress"; id: number; progress: Progress }
  | { kind: "point"; id: number; point: FrontierPoint }
  | { kind: "portfolio"; id: number; answer: PortfolioAnswer }
  | { kind: "frontier"; id: number; answer: FrontierPoint[] }
  | { kind: "why not"; id: number; answer: WhyNot }
  | { kind: "minimal set"; id: number; answer: MinimalSetAnswer }
  | { kind: "failed"; id: number; message: string; fault: Fault | null };
