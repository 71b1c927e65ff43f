import type { Quality } from "@/sdk/wire/quality";
import { ColdStore } from "./cold-store";
import { type Influences, type Plant, type PlantKind, type PlantStream } from "./plant";
import { PressLine } from "./press-line";
import { PumpHouse } from "./pump-house";
import { Random } from "./random";
import { DEFAULT_SCENARIOS, OF_MACHINES, type ScriptedCause, doesConcern, progressOf, readScenario } from "./scenario";

export interface SimulationOptions {
  plant: PlantKind;
  /** which machines stand there */
  seed: number;
  /** same machines, other chance: another number is another day; 0 unless told */
  episode?: number;
  /** epoch ms UTC of the first possible reading; readings lie on multiples of the sampling interval */
  startMs: number;
  /** readings per second of every stream */
  rateHz: number;
  /** multiplies the plant's machines */
  scale: number;
  /** entries of a scenario; absent = the plant's default, empty = nothing goes wrong */
  scenario?: unknown;
}

/** Readings at one instant of the grid. `deliverMs` is when they reach the device: later than `tsMs` when held up. */
export interface SimulatedSample {
  tsMs: number;
  deliverMs: number;
  values: Record<string, number | null>;
  quality?: Record<string, Quality>;
}

export interface SimulatedEvent {
  tsMs: number;
  event: { kind: string; severity: "info"; stream?: string; data: Record<string, unknown> };
}

export type Simulated = SimulatedSample | SimulatedEvent;

/** One happening of a cause, as it really was; what a detector is measured against. */
export interface GroundTruth {
  cause: string;
  target: string;
  fromMs: number;
  /** null while it goes on */
  toMs: number | null;
  size: number;
}

const MACHINES: Readonly<Record<PlantKind, number>> = { "pump-house": 3, "press-line": 2, "cold-store": 4 };
const WARM_UP_S = 7_200;
const WARM_UP_STEP_S = 5;

export function createPlant(kind: PlantKind, seed: number, scale: number, episode = 0): Plant {
  const count = MACHINES[kind] * scale;
  const name = `${seed}/${kind}`;
  const chance = `${name}/${episode}`;
  switch (kind) {
    case "pump-house":
      return new PumpHouse(name, chance, count);
    case "press-line":
      return new PressLine(name, chance, count);
    case "cold-store":
      return new ColdStore(name, chance, count);
  }
}

/** Which scale gives a plant at least this many streams. */
export function scaleFor(kind: PlantKind, streams: number): number {
  const one = createPlant(kind, 1, 1).streams.length;
  const step = createPlant(kind, 1, 2).streams.length - one;
  return Math.max(1, Math.ceil((streams - one) / step) + 1);
}

/**
 * A plant with its instruments and its scenario. The same options give the same readings, whoever asks and however fast:
 * nothing here reads a clock. The machines have run for two hours before the first reading, so temperatures are settled.
 */
export class Simulation {
  readonly streams: readonly PlantStream[];
  readonly truth: GroundTruth[] = [];
  readonly causes: readonly ScriptedCause[];
  private readonly plant: Plant;
  private readonly instruments: Random[];
  private readonly shown: Float64Array;
  private readonly wearing: readonly ScriptedCause[];
  private readonly touching: readonly (readonly ScriptedCause[])[];
  private readonly open = new Map<ScriptedCause, GroundTruth>();
  private held: SimulatedSample[] = [];

  /** @throws {RangeError} naming what is wrong with the scenario */
  constructor(private readonly options: SimulationOptions) {
    const { plant, seed, scale, rateHz, episode = 0 } = options;
    if (!(rateHz > 0 && rateHz <= 1_000))
      throw new RangeError("the rate must lie between 0 and 1000 readings per second");
    this.plant = createPlant(plant, seed, scale, episode);
    this.streams = this.plant.streams;
    this.causes = readScenario(options.scenario ?? DEFAULT_SCENARIOS[plant], this.streams);
    this.instruments = this.streams.map(({ key }) => new Random(`${seed}/${plant}/${episode}/${key}/instrument`));
    this.shown = new Float64Array(this.streams.length).fill(Number.NaN);
    this.wearing = this.causes.filter(({ kind }) => OF_MACHINES.has(kind));
    this.touching = this.streams.map((stream) =>
      this.causes.filter((cause) => !this.wearing.includes(cause) && doesConcern(cause, stream)),
    );
  }

  /** Readings and events in the order in which they reach the device; never ends by itself. */
  *run(): Generator<Simulated> {
    const { startMs, rateHz } = this.options;
    const everyMs = 1_000 / rateHz;
    const first = Math.ceil(startMs / everyMs);
    const truths = new Float64Array(this.streams.length);
    const originMs = first * everyMs;
    for (let s = WARM_UP_S; s > 0; s -= WARM_UP_STEP_S)
      this.plant.advance(originMs - s * 1_000, WARM_UP_STEP_S, this.influences(0), truths);
    for (let step = 0; ; step += 1) {
      const tsMs = Math.round((first + step) * everyMs * 1_000) / 1_000;
      const sinceMs = step * everyMs;
      yield* this.record(sinceMs, tsMs);
      for (const { kind, stream, data } of this.plant.advance(
        tsMs,
        everyMs / 1_000,
        this.influences(sinceMs),
        truths,
      )) {
        yield { tsMs, event: { kind, severity: "info", ...(stream ? { stream } : {}), data } };
      }
      yield* this.measure(tsMs, sinceMs, truths);
    }
  }

  private influences(sinceMs: number): Influences {
    let ambientShiftK = 0;
    let loadShift = 0;
    let condenserShiftK = 0;
    const wear: { target: string; share: number }[] = [];
    for (const cause of this.wearing) {
      const progress = progressOf(cause, sinceMs);
      if (progress === null) continue;
      if (cause.kind === "season") ambientShiftK += cause.size * Math.sin(Math.PI * progress);
      else if (cause.kind === "process-change") loadShift += cause.size;
      else if (cause.kind === "control-change") condenserShiftK += cause.size;
      else wear.push({ target: cause.target, share: cause.size * progress });
    }
    return {
      ambientShiftK,
      loadShift,
      condenserShiftK,
      wearOf:
        wear.length === 0
          ? () => 0
          : (device) =>
              wear.reduce(
                (most, { target, share }) => (target === device || target === "plant" ? Math.max(most, share) : most),
                0,
              ),
    };
  }

  /** Tells each cause's beginning and end on the events lane and keeps both in `truth`. */
  private *record(sinceMs: number, tsMs: number): Generator<SimulatedEvent> {
    for (const cause of this.causes) {
      const isOn = progressOf(cause, sinceMs) !== null;
      const known = this.open.get(cause);
      if (isOn === (known !== undefined)) continue;
      if (known) {
        known.toMs = tsMs;
        this.open.delete(cause);
      } else {
        const truth = { cause: cause.kind, target: cause.target, fromMs: tsMs, toMs: null, size: cause.size };
        this.truth.push(truth);
        this.open.set(cause, truth);
      }
      const stream = cause.target.includes("/") ? { stream: cause.target } : {};
      yield {
        tsMs,
        event: {
          kind: "ground-truth",
          severity: "info",
          ...stream,
          data: {
            cause: cause.kind,
            target: cause.target,
            state: isOn ? "begin" : "end",
            size: cause.size,
            source: "simulator",
          },
        },
      };
    }
  }

  /** What the instrument showed last; one that is stuck from its first reading on stays at that. */
  private lastShown(index: number, first: number): number {
    const shown = this.shown[index] ?? Number.NaN;
    return Number.isNaN(shown) ? first : shown;
  }

  private *measure(tsMs: number, sinceMs: number, truths: Float64Array): Generator<SimulatedSample> {
    const sample: SimulatedSample = { tsMs, deliverMs: tsMs, values: {} };
    const late: SimulatedSample = { tsMs, deliverMs: tsMs, values: {} };
    for (const [index, stream] of this.streams.entries()) {
      const { key, noise, resolution, range } = stream;
      const random = this.instruments[index];
      // drawn even when the value is lost, so that a cause leaves what comes after it untouched
      let value = (truths[index] ?? Number.NaN) + (noise > 0 && random ? noise * random.normal() : 0);
      let isLost = false;
      let isCut = false;
      let arrivesMs = tsMs;
      for (const cause of this.touching[index] ?? []) {
        const progress = progressOf(cause, sinceMs);
        if (progress === null) continue;
        if (cause.kind === "stuck") value = this.lastShown(index, value);
        else if (cause.kind === "bias") value += cause.size;
        else if (cause.kind === "drift") value += cause.size * progress;
        else if (cause.kind === "bad-release") value *= cause.size;
        else if (cause.kind === "cable-pull") isCut = true;
        else if (cause.isLate) arrivesMs = Math.max(arrivesMs, tsMs + (1 - progress) * cause.forMs);
        else isLost = true;
      }
      value = Math.min(range[1], Math.max(range[0], value));
      value =
        resolution >= 1
          ? Math.round(value / resolution) * resolution
          : Math.round(value / resolution) / Math.round(1 / resolution);
      this.shown[index] = value;
      if (isLost) continue;
      const target = arrivesMs > tsMs ? late : sample;
      target.deliverMs = Math.max(target.deliverMs, arrivesMs);
      target.values[key] = isCut ? null : value;
      if (isCut) (target.quality ??= {})[key] = "bad";
    }
    if (Object.keys(late.values).length > 0) this.held.push(late);
    if (Object.keys(sample.values).length > 0) yield sample;
    if (this.held.length === 0 || !this.held.some(({ deliverMs }) => deliverMs <= tsMs)) return;
    const arrived = this.held.filter(({ deliverMs }) => deliverMs <= tsMs);
    this.held = this.held.filter(({ deliverMs }) => deliverMs > tsMs);
    for (const waiting of arrived) yield { ...waiting, deliverMs: tsMs };
  }
}
