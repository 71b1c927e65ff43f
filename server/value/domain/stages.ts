export const INTAKES = ["pending", "accepted", "rejected", "snoozed", "duplicate"] as const;
export type Intake = (typeof INTAKES)[number];

/** Stages in their order. */
export const STAGES = ["idea", "frame", "pilot", "prove", "scale", "run"] as const;
export type Stage = (typeof STAGES)[number];

/** `S2 Pilot`: a stage as people call it. */
export function stageName(stage: Stage): string {
  return `S${STAGES.indexOf(stage)} ${stage.slice(0, 1).toUpperCase()}${stage.slice(1)}`;
}
