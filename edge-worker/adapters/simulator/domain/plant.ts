import { Random, approach } from "./random";

/** One measuring point of a plant: what it measures, in which UCUM unit, and what its instrument can show. */
export interface PlantStream {
  key: string;
  quantity: string;
  unit: string;
  type: "number" | "boolean";
  device: string;
  /** standard deviation of the instrument's noise, in `unit` */
  noise: number;
  /** smallest step the instrument shows, in `unit` */
  resolution: number;
  /** lowest and highest value the instrument can show, in `unit` */
  range: readonly [low: number, high: number];
  /** between which the operator is content, in `unit` */
  limits?: { low?: number; high?: number };
}

/** Something the plant itself reports, such as the end of a production run. */
export interface PlantEvent {
  kind: string;
  stream?: string;
  data: Record<string, unknown>;
}

/** What a script does to the machines themselves; what it does to instruments never reaches the physics. */
export interface Influences {
  /** 0 = as new, 1 = at the end of its life */
  wearOf(device: string): number;
  /** added to the outdoor temperature, K */
  ambientShiftK: number;
  /** by which share the load of the plant differs from its usual product; 0 = as usual */
  loadShift: number;
  /** by how much nearer to the outdoor air a condenser works than it used to, K; 0 = as built */
  condenserShiftK: number;
}

/** A plant as equations. True values, without instrument noise, in the order of `streams`. */
export interface Plant {
  readonly streams: readonly PlantStream[];
  /**
   * Advances the machines to `tsMs` (epoch ms UTC, which sets hour and season), `dtS` seconds after the last call, and
   * writes the true values into `out`. Any step is stable: lags are solved exactly.
   */
  advance(tsMs: number, dtS: number, influences: Influences, out: Float64Array): PlantEvent[];
}

export const PLANT_KINDS = ["pump-house", "press-line", "cold-store"] as const;
export type PlantKind = (typeof PLANT_KINDS)[number];

const DAY_MS = 86_400_000;
const YEAR_MS = 365.2422 * DAY_MS;

/** Share of the day that has passed in UTC, 0 … 1. */
export function dayShare(tsMs: number): number {
  return (((tsMs % DAY_MS) + DAY_MS) % DAY_MS) / DAY_MS;
}

/**
 * Outdoor temperature in Cel: an annual and a daily cosine.
 *
 *     T = 12 + 9 cos(2π (t − 22 July) / year) + 4 cos(2π (hour − 15) / 24)
 *
 * Means and swings are those of a town such as Lyon (coldest about January, warmest in late July; daily peak at 15 h).
 */
export function outdoorTemperature(tsMs: number): number {
  const yearly = Math.cos((2 * Math.PI * (tsMs - 202 * DAY_MS)) / YEAR_MS);
  const daily = Math.cos(2 * Math.PI * (dayShare(tsMs) - 15 / 24));
  return 12 + 9 * yearly + 4 * daily;
}

type Measure = Omit<PlantStream, "key" | "device" | "type"> & { type?: PlantStream["type"] };

/** The streams of one device from its table of measures, keyed `device/name`. */
function deviceStreams(device: string, measures: Readonly<Record<string, Measure>>): PlantStream[] {
  return Object.entries(measures).map(([name, measure]) => ({
    type: "number",
    ...measure,
    key: `${device}/${name}`,
    device,
  }));
}

/** A table of measures, checked where it is written. */
export function measures<Name extends string>(table: Record<Name, Measure>): Record<Name, Measure> {
  return table;
}

/** `count` machines of one kind, `pump-1` and so on. Each has numbers of its own, the same ones for the same seed. */
export function makeMachines<Machine>(
  kind: string,
  count: number,
  seed: string,
  make: (device: string, parameters: Random) => Machine,
): Machine[] {
  return Array.from({ length: count }, (_, index) => {
    const device = `${kind}-${index + 1}`;
    return make(device, new Random(`${seed}/${device}/parameters`));
  });
}

/** The streams of what a plant has once, then those of each machine: the order in which `advance` writes. */
export function plantStreams(
  shared: { device: string; measures: Readonly<Record<string, Measure>> },
  machines: readonly { device: string }[],
  each: Readonly<Record<string, Measure>>,
): PlantStream[] {
  return [
    ...deviceStreams(shared.device, shared.measures),
    ...machines.flatMap(({ device }) => deviceStreams(device, each)),
  ];
}

/**
 * Air of a heated building, which feels a `share` of what the outdoors differs from its mean of 12 Cel, with the lag `tauS`.
 *
 *     rest = heated + share (outdoor − 12)
 */
export class RoomAir {
  private airCel: number | null = null;

  constructor(
    private readonly heatedCel: number,
    private readonly share: number,
    private readonly tauS: number,
  ) {}

  advance(outdoorCel: number, dtS: number): number {
    const restCel = this.heatedCel + this.share * (outdoorCel - 12);
    this.airCel = approach(this.airCel ?? restCel, restCel, dtS, this.tauS);
    return this.airCel;
  }
}
