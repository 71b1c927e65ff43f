import { z } from "zod";
import { Duration, durationMs } from "@/sdk/wire/pipeline";
import { formatPath } from "@/sdk/wire/refusal";
import type { PlantKind, PlantStream } from "./plant";

/**
 * What goes wrong, where and when. Times count from the start of the simulation. What each cause does:
 *
 *     wear         the machine wears from new to `size` (1 = end of life) over the interval, then it is repaired
 *     season       outdoor temperature moves by `size` K and back, as half a sine over the interval
 *     process-change  the plant makes something else: its load differs by the share `size` while the machines are sound
 *     control-change  the fans of a condenser follow the weather: it condenses `size` K nearer to the outdoor air
 *     stuck        the instrument keeps showing its last value
 *     bias         the instrument shows `size` (in its unit) too much
 *     drift        the instrument shows too much, from nothing at the start to `size` (in its unit) at the end
 *     dropout      readings are lost on the way; with `late` they arrive after the end, with their own capture times
 *     bad-release  new instrument software scales its values by `size` (1/25.4 shows inches as millimetres)
 *     cable-pull   the input card sees no current: no value, quality bad (NAMUR NE 43)
 */
export const CAUSES = [
  "wear",
  "season",
  "process-change",
  "control-change",
  "stuck",
  "bias",
  "drift",
  "dropout",
  "bad-release",
  "cable-pull",
] as const;
/** Causes that the machines themselves feel; the others touch only instruments and the way of the readings. */
export const OF_MACHINES: ReadonlySet<CauseKind> = new Set(["wear", "season", "process-change", "control-change"]);
export type CauseKind = (typeof CAUSES)[number];

const DEFAULT_SIZE: Readonly<Record<CauseKind, number>> = {
  wear: 0.8,
  season: 15,
  "process-change": 0.2,
  "control-change": 6,
  stuck: 0,
  bias: 1,
  drift: 1,
  dropout: 0,
  "bad-release": 1 / 25.4,
  "cable-pull": 0,
};

export const Cause = z.strictObject({
  cause: z.enum(CAUSES),
  /** a device (`pump-2`), a stream (`pump-2/flow`), or `plant` */
  target: z.string().min(1).max(200).default("plant"),
  at: Duration,
  for: Duration,
  size: z.number().optional(),
  late: z.boolean().default(false),
  /** happens again this long after it began */
  every: Duration.optional(),
});
export const Scenario = z.array(Cause).max(1_000);

/** A cause with its times in ms since the start of the simulation. */
export interface ScriptedCause {
  kind: CauseKind;
  target: string;
  atMs: number;
  forMs: number;
  everyMs: number;
  size: number;
  isLate: boolean;
}

/** Where a cause stands: not on (`null`), or this share of the way from its start to its end. */
export function progressOf({ atMs, forMs, everyMs }: ScriptedCause, sinceStartMs: number): number | null {
  if (sinceStartMs < atMs) return null;
  const into = everyMs === 0 ? sinceStartMs - atMs : (sinceStartMs - atMs) % everyMs;
  return into < forMs ? into / forMs : null;
}

export function doesConcern(cause: ScriptedCause, stream: Pick<PlantStream, "key" | "device">): boolean {
  return cause.target === "plant" || cause.target === stream.device || cause.target === stream.key;
}

/**
 * Reads a scenario for a plant.
 * @throws {RangeError} naming the entry, what is wrong with it and what may stand there
 */
export function readScenario(document: unknown, streams: readonly PlantStream[]): ScriptedCause[] {
  const parsed = Scenario.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RangeError(
      `scenario${issue && issue.path.length > 0 ? `.${formatPath(issue.path)}` : ""}: ${issue?.message ?? "cannot be read"}. An entry reads {cause: wear, target: pump-2, at: 90s, for: 5m}.`,
    );
  }
  return parsed.data.map((entry, index) => {
    const cause = {
      kind: entry.cause,
      target: entry.target,
      atMs: durationMs(entry.at),
      forMs: durationMs(entry.for),
      everyMs: entry.every ? durationMs(entry.every) : 0,
      size: entry.size ?? DEFAULT_SIZE[entry.cause],
      isLate: entry.late,
    };
    if (!streams.some((stream) => doesConcern(cause, stream))) {
      throw new RangeError(
        `scenario[${index}].target: there is no "${entry.target}". Devices: ${[...new Set(streams.map(({ device }) => device))].join(", ")}.`,
      );
    }
    if (cause.forMs <= 0) throw new RangeError(`scenario[${index}].for: must be longer than nothing.`);
    if (cause.everyMs > 0 && cause.everyMs < cause.forMs)
      throw new RangeError(`scenario[${index}].every: must not be shorter than "for".`);
    if (cause.kind === "wear" && (cause.size <= 0 || cause.size > 1))
      throw new RangeError(`scenario[${index}].size: wear lies between 0 and 1.`);
    return cause;
  });
}

type ScenarioDocument = z.input<typeof Scenario>;

/** What the demo shows: a machine that wears and a loss of data within the first minutes, then the other causes, every half hour. */
export const DEFAULT_SCENARIOS: Readonly<Record<PlantKind, ScenarioDocument>> = {
  "pump-house": [
    { cause: "wear", target: "pump-2", at: "90s", for: "5m", size: 0.8, every: "30m" },
    { cause: "dropout", target: "pump-3", at: "2m", for: "25s", late: true, every: "30m" },
    { cause: "cable-pull", target: "pump-1/bearing-temperature", at: "10m", for: "1m", every: "30m" },
    { cause: "bad-release", target: "pump-3/vibration-rms", at: "15m", for: "3m", every: "30m" },
  ],
  "press-line": [
    { cause: "dropout", target: "press-1", at: "150s", for: "20s", every: "30m" },
    { cause: "wear", target: "press-2", at: "4m", for: "6m", size: 0.7, every: "30m" },
    { cause: "stuck", target: "press-1/oil-temperature", at: "14m", for: "4m", every: "30m" },
  ],
  "cold-store": [
    { cause: "bias", target: "room-2/air-temperature", at: "3m", for: "4m", size: 2.5, every: "30m" },
    { cause: "season", target: "plant", at: "10m", for: "15m", size: 14, every: "60m" },
  ],
};
