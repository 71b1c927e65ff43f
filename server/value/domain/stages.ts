export const INTAKES = ["pending", "accepted", "rejected", "snoozed", "duplicate"] as const;
export type Intake = (typeof INTAKES)[number];

/** The decision that holds now: a snooze ends by itself, and then the proposal waits for a decision again. */
export function intakeAt(
  { intake, snoozedUntilMs }: { intake: Intake; snoozedUntilMs: number | null },
  nowMs: number,
): Intake {
  return intake === "snoozed" && (snoozedUntilMs ?? 0) <= nowMs ? "pending" : intake;
}

const INTAKE_WORDS: Readonly<Record<Intake, string>> = {
  pending: "Proposed",
  accepted: "Accepted",
  rejected: "Rejected",
  snoozed: "Snoozed",
  duplicate: "Duplicate",
};
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

/** `Snoozed until 28 Dec 2026`: what was decided about a proposal, as people call it; days are those of UTC. */
export function intakeWords({ intake, snoozedUntilMs }: { intake: Intake; snoozedUntilMs: number | null }): string {
  if (snoozedUntilMs === null) return INTAKE_WORDS[intake];
  const day = DAY.format(snoozedUntilMs);
  if (intake === "snoozed") return `Snoozed until ${day}`;
  return intake === "pending" ? `Proposed, snoozed until ${day}` : INTAKE_WORDS[intake];
}

/** What the list of use cases shows: those that are open, or those of which something was decided. */
export const SHOWN_INTAKES = ["open", "accepted", "pending", "snoozed", "rejected"] as const;
export type ShownIntake = (typeof SHOWN_INTAKES)[number];

/** Whether a use case is among those that are shown. */
export function isShown(intake: Intake, show: ShownIntake): boolean {
  if (show === "open") return intake === "accepted" || intake === "pending";
  return show === "rejected" ? intake === "rejected" || intake === "duplicate" : intake === show;
}

/** Whether a use case matches what was typed into the filter of the list. */
export function isMeant(
  { title, summary, team }: { title: string; summary: string; team: string },
  q: string,
): boolean {
  const words = q.trim().toLowerCase();
  return words === "" || `${title} ${summary} ${team}`.toLowerCase().includes(words);
}

/** Stages in their order. */
export const STAGES = ["idea", "frame", "pilot", "prove", "scale", "run"] as const;
export type Stage = (typeof STAGES)[number];

/** What the list of use cases can be narrowed to. */
export const SHOWN_STAGES = ["all", ...STAGES] as const;
export type ShownStage = (typeof SHOWN_STAGES)[number];

/** `G3`: the gate at the end of a stage; null after the last one. */
export function nextGate(stage: Stage): string | null {
  const index = STAGES.indexOf(stage);
  return index === STAGES.length - 1 ? null : `G${index + 1}`;
}

/** Which use cases a list, its board, its chart and its file hold. */
export interface ListFilter {
  q: string;
  show: ShownIntake;
  stage: ShownStage;
  /** only use cases of this team */
  team?: string | null;
}

/** Whether a use case is among those that the filters leave. */
export function isListed(
  row: { title: string; summary: string; team: string; teamId: string; intake: Intake; stage: Stage },
  { q, show, stage, team = null }: ListFilter,
): boolean {
  return (
    (team === null || row.teamId === team) &&
    (stage === "all" || row.stage === stage) &&
    isShown(row.intake, show) &&
    isMeant(row, q)
  );
}

/** `S2 Pilot`: a stage as people call it. */
export function stageName(stage: Stage): string {
  return `S${STAGES.indexOf(stage)} ${stage.slice(0, 1).toUpperCase()}${stage.slice(1)}`;
}
