import type { PlantKind } from "@/edge-worker/adapters/simulator/domain/plant";
import type { Cause } from "@/edge-worker/adapters/simulator/domain/scenario";
import type { z } from "zod";

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The machines are looked at once a minute; models score every one of these rows. */
export const STEP_MS = 60_000;
/** Outside of a node's stories every tenth row is kept: a stored minute costs more in the rollups than as a reading. */
const KEPT_MS = 10 * STEP_MS;
/** Before the end of the history every row is kept for so long. */
const LAST_MS = DAY_MS;
/** So much before and after a story every row is kept too. */
const AROUND_MS = 6 * HOUR_MS;
/** Fewer days have no room for three stories one after the other. */
export const FEWEST_DAYS = 3;
export const MOST_DAYS = 365;

export const STORY_IDS = ["process-change", "sensor-drift", "bad-release"] as const;
export type StoryId = (typeof STORY_IDS)[number];

/** The past of the demo's plants: `days` before `endMs` (epoch ms UTC), for the machines of `seed`. */
export interface HistoryPlan {
  seed: number;
  days: number;
  endMs: number;
}

/** Something that was planted in the past, to be found. Times are epoch ms UTC. */
export interface Story {
  id: StoryId;
  title: string;
  /** what there is to see, in one sentence */
  sentence: string;
  /** what really happened, as the simulator knows it */
  cause: string;
  node: string;
  /** key of the stream where it shows best */
  stream: string;
  fromMs: number;
  toMs: number;
}

/** The demo's nodes, and the plant each of them carries. */
export const DEMO_NODES: Readonly<Record<string, PlantKind>> = {
  "edge-lyon-1": "pump-house",
  "edge-lyon-2": "press-line",
  "cold-store-1": "cold-store",
};

/** Which part of the history a story takes: share of the days at its start, share of its length, and the least length in hours. */
const PLACES: Readonly<Record<StoryId, { at: number; share: number; leastHours: number }>> = {
  "process-change": { at: 0.22, share: 0.14, leastHours: 8 },
  "sensor-drift": { at: 0.5, share: 0.17, leastHours: 12 },
  "bad-release": { at: 0.8, share: 0.02, leastHours: 12 },
};

/** How much the gauge of pump-2 shows too much at the end, bar. */
const DRIFT_BAR = 0.3;
/** By which share the other product needs more force. */
const LOAD_SHARE = 0.16;

export const fromOf = ({ endMs, days }: HistoryPlan): number => endMs - days * DAY_MS;

/** The three stories, oldest first. Each begins and ends at a full hour and is over well before the history ends. */
export function storiesOf(plan: HistoryPlan): Story[] {
  const place = (id: StoryId) => {
    const { at, share, leastHours } = PLACES[id];
    const fromMs = Math.round((fromOf(plan) + at * plan.days * DAY_MS) / HOUR_MS) * HOUR_MS;
    return { fromMs, toMs: fromMs + Math.max(leastHours, Math.round(share * plan.days * 24)) * HOUR_MS };
  };
  return [
    {
      id: "process-change",
      title: "A new product that the model has never seen",
      sentence:
        "The presses ran another product: they were sound, and the model that knew only the old product called everything wrong.",
      cause: `press line: a product that takes ${LOAD_SHARE * 100} % more force at a slower pace; no machine was worn`,
      node: "edge-lyon-2",
      stream: "press-1/peak-force",
      ...place("process-change"),
    },
    {
      id: "sensor-drift",
      title: "A gauge that drifts away from its neighbours",
      sentence:
        "The pressure gauge of pump-2 showed more and more, while the gauges beside it on the same header stayed where they were.",
      cause: `pump-2/discharge-pressure: bias growing from 0 to ${DRIFT_BAR} bar, gone with the calibration at the end`,
      node: "edge-lyon-1",
      stream: "pump-2/discharge-pressure",
      ...place("sensor-drift"),
    },
    {
      id: "bad-release",
      title: "A release that cried wolf",
      sentence:
        "A new version of pump-health had learned only quiet nights of another season: sound pumps were alarms until it was rolled back.",
      cause:
        "slot pump-health: version 1.1.0, trained on nights of half a year before only, rolled back to 1.0.0 at the end",
      node: "edge-lyon-1",
      stream: "pump-1/vibration-rms",
      ...place("bad-release"),
    },
  ];
}

/** Shorter pasts have no room for a baseline and what came after it. */
const FEWEST_DAYS_TO_MEASURE = 60;
/** Before the end, as a share of ninety days: since then the condenser of the cold store works nearer to the outdoor air. */
const CONTROL_CHANGE = { before: 40, sizeK: 6 };
/**
 * Weather of the cold store: days before the end, length in days, and K. The outdoor air of the equations knows seasons and hours only; without
 * colder days before and warmer ones after the change nobody could tell it from autumn, in the demo as in a plant.
 */
const WEATHER = [
  { before: 86, days: 10, sizeK: -12 },
  { before: 72, days: 12, sizeK: -10 },
  { before: 56, days: 12, sizeK: -11 },
  { before: 36, days: 8, sizeK: 6 },
  { before: 24, days: 9, sizeK: 8 },
  { before: 11, days: 9, sizeK: 8 },
] as const;

/** When the controls of the cold store changed, epoch ms: the start of a day in Paris in winter; null in a past that is too short. */
export function controlChangeOf(plan: Pick<HistoryPlan, "days" | "endMs">): number | null {
  if (plan.days < FEWEST_DAYS_TO_MEASURE) return null;
  const days = Math.round((CONTROL_CHANGE.before * plan.days) / 90);
  return Math.floor(plan.endMs / DAY_MS) * DAY_MS - days * DAY_MS - HOUR_MS;
}

/** What the live cold store is told beside its usual causes, so that its controls stay as the past left them. */
export function lastingCausesOf(plan: Pick<HistoryPlan, "days" | "endMs">): z.input<typeof Cause>[] {
  if (controlChangeOf(plan) === null) return [];
  return [{ cause: "control-change", target: "plant", size: CONTROL_CHANGE.sizeK, at: "0s", for: "876000h" }];
}

/** What happens to the cold store in its past: the weather, and a change of its controls that stays. */
function coldStoreOf(plan: HistoryPlan): z.input<typeof Cause>[] {
  const changeMs = controlChangeOf(plan);
  if (changeMs === null) return [];
  const inHours = (days: number) => Math.round((days * plan.days * 24) / 90);
  return [
    ...WEATHER.map(
      ({ before, days, sizeK }): z.input<typeof Cause> => ({
        ...{ cause: "season", target: "plant", size: sizeK },
        ...{ at: `${plan.days * 24 - inHours(before)}h`, for: `${inHours(days)}h` },
      }),
    ),
    {
      ...{ cause: "control-change", target: "plant", size: CONTROL_CHANGE.sizeK },
      ...{ at: `${(changeMs - fromOf(plan)) / 60_000}m`, for: "876000h" },
    },
  ];
}

/** What the simulator is told for one plant of this history; times count from its start. */
export function scenarioOf(plan: HistoryPlan, plant: PlantKind): z.input<typeof Cause>[] {
  const hours = (ms: number) => `${ms / HOUR_MS}h`;
  if (plant === "cold-store") return coldStoreOf(plan);
  return storiesOf(plan).flatMap(({ id, node, stream, fromMs, toMs }): z.input<typeof Cause>[] => {
    if (DEMO_NODES[node] !== plant || id === "bad-release") return []; // a release is of the model, not of the plant
    const time = { at: hours(fromMs - fromOf(plan)), for: hours(toMs - fromMs) };
    return id === "sensor-drift"
      ? [{ cause: "drift", target: stream, size: DRIFT_BAR, ...time }]
      : [{ cause: "process-change", target: "plant", size: LOAD_SHARE, ...time }];
  });
}

/** Whether a row of this time is stored, or only looked at by the models; `stories` are those of its node. */
export function isKept(plan: HistoryPlan, stories: readonly Story[], tsMs: number): boolean {
  return (
    tsMs % KEPT_MS === 0 ||
    tsMs >= plan.endMs - LAST_MS ||
    stories.some(({ fromMs, toMs }) => tsMs >= fromMs - AROUND_MS && tsMs < toMs + AROUND_MS)
  );
}
