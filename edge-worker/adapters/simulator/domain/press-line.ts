import {
  type Influences,
  type Plant,
  type PlantEvent,
  type PlantStream,
  RoomAir,
  makeMachines,
  measures,
  outdoorTemperature,
  plantStreams,
} from "./plant";
import { Drift, Random, approach } from "./random";

/**
 * A line of hydraulic presses on one conveyor. The line's speed drives every ram, so they cycle together, each with a
 * phase of its own.
 *
 *     ram position     x = S/2 (1 − cos φ),  dφ/dt = 2π · speed / 60
 *     press force      F = F_peak · (x − x_c) / (S − x_c)      from contact x_c to the bottom, on the way down
 *     oil pressure     p = p_idle + F / A · (1 + 0.1 wear)     1 kN / cm² = 100 bar
 *     oil temperature  τ dT/dt = T_hall + R · P_loss − T       P_loss = (1 − η) F_peak (S − x_c) / 2 · cycles per second, worn seals leak more
 *     vibration        v = v0 + v_impact · F_peak / F_rated · speed / speed_rated + v_wear · wear, mm/s rms
 *     motor            P_el = (useful work + loss) / 0.9 + idle
 *
 * Per-cycle measures (peak force, cycle time) hold from the end of one cycle to the end of the next, as a press
 * controller reports them.
 */
const RATED_FORCE = 630; // kN
const STROKE = 320; // mm
const CONTACT = 250; // mm
const AREA = 252; // cm²: 630 kN at 250 bar
const IDLE_PRESSURE = 18; // bar
const SPEED = 12; // cycles per minute
const OIL_RESISTANCE = 9; // K per kW
const OIL_TAU_S = 600;
const IDLE_POWER = 3; // kW
/** Boundary of zones B and C of ISO 10816-3, as for the pumps, mm/s. */
const VIBRATION_LIMIT = 4.5;
/** Mineral hydraulic oil loses half its life per 10 K above it, Cel. */
const OIL_LIMIT = 60;
const CYCLES_PER_EVENT = 100;

const PRESS = measures({
  force: { quantity: "force", unit: "kN", noise: 1.2, resolution: 0.1, range: [0, 1_000] },
  "peak-force": {
    quantity: "force",
    unit: "kN",
    noise: 0,
    resolution: 0.1,
    range: [0, 1_000],
    limits: { high: RATED_FORCE },
  },
  stroke: { quantity: "length", unit: "mm", noise: 0.1, resolution: 0.1, range: [0, 400] },
  "oil-pressure": {
    quantity: "pressure",
    unit: "bar",
    noise: 0.6,
    resolution: 0.1,
    range: [0, 400],
    limits: { high: 250 },
  },
  "oil-temperature": {
    quantity: "temperature",
    unit: "Cel",
    noise: 0.08,
    resolution: 0.01,
    range: [-20, 120],
    limits: { high: OIL_LIMIT },
  },
  "motor-power": { quantity: "power", unit: "kW", noise: 0.15, resolution: 0.01, range: [0, 90] },
  "vibration-rms": {
    quantity: "velocity",
    unit: "mm/s",
    noise: 0.06,
    resolution: 0.001,
    range: [0, 50],
    limits: { high: VIBRATION_LIMIT },
  },
  "cycle-count": { quantity: "count", unit: "1", noise: 0, resolution: 1, range: [0, 1e12] },
});
const LINE = measures({
  speed: { quantity: "cycle rate", unit: "/min", noise: 0.02, resolution: 0.01, range: [0, 40] },
  "hall-temperature": { quantity: "temperature", unit: "Cel", noise: 0.05, resolution: 0.01, range: [-30, 60] },
});

interface Press {
  device: string;
  /** at rest to the phase of the line, rad */
  phase: number;
  forceShare: number;
  vibration: number;
  oilCel: number | null;
  peakKn: number;
  cycles: number;
  force: Drift;
  roughness: Drift;
}

/** Ram position in mm at a crank angle in rad. */
export function ramPosition(phase: number): number {
  return (STROKE / 2) * (1 - Math.cos(phase));
}

/** Force in kN at a crank angle: the material resists from contact to the bottom, and nothing on the way up. */
export function pressForce(phase: number, peakKn: number): number {
  const turn = phase % (2 * Math.PI);
  const position = ramPosition(turn);
  return turn > Math.PI || position <= CONTACT ? 0 : (peakKn * (position - CONTACT)) / (STROKE - CONTACT);
}

/** Power in kW that forming takes from the oil, and what of it heats the oil. */
export function formingPower(peakKn: number, cyclesPerMin: number, wear: number): { usefulKw: number; lossKw: number } {
  const workKj = (peakKn * (STROKE - CONTACT)) / 2 / 1_000;
  const usefulKw = (workKj * cyclesPerMin) / 60;
  return { usefulKw, lossKw: 0.3 * usefulKw + 0.5 + 2.2 * wear };
}

export class PressLine implements Plant {
  readonly streams: readonly PlantStream[];
  private readonly presses: Press[];
  private readonly pace: Drift;
  private phase = 0;
  private readonly hall = new RoomAir(20, 0.3, 3_600);

  /** `seed` makes the machines what they are, `chance` is what happens to them. */
  constructor(seed: string, chance: string, count: number) {
    this.pace = new Drift(new Random(`${chance}/pace`), 0.35, 120);
    this.presses = makeMachines("press", count, seed, (device, random) => ({
      device,
      phase: 2 * Math.PI * random.next(),
      forceShare: random.vary(0.72, 0.01),
      vibration: random.vary(0.9, 0.04),
      oilCel: null,
      peakKn: 0,
      cycles: 0,
      force: new Drift(new Random(`${chance}/${device}/force`), 0.012, 30),
      roughness: new Drift(new Random(`${chance}/${device}/roughness`), 0.05, 15),
    }));
    this.streams = plantStreams({ device: "line", measures: LINE }, this.presses, PRESS);
  }

  advance(
    tsMs: number,
    dtS: number,
    { wearOf, ambientShiftK, loadShift }: Influences,
    out: Float64Array,
  ): PlantEvent[] {
    const events: PlantEvent[] = [];
    const outside = outdoorTemperature(tsMs) + ambientShiftK;
    const hallCel = this.hall.advance(outside, dtS);
    // a part that takes more force is pressed more slowly
    const speed = Math.max(1, SPEED * (1 - loadShift / 2) + this.pace.advance(dtS));
    this.phase += (2 * Math.PI * speed * dtS) / 60;

    let at = 2;
    for (const press of this.presses) {
      const wear = wearOf(press.device);
      const peakKn = RATED_FORCE * press.forceShare * (1 + loadShift) * (1 + press.force.advance(dtS));
      const phase = this.phase + press.phase;
      const cycles = Math.floor(phase / (2 * Math.PI));
      if (press.peakKn === 0 || cycles > press.cycles) {
        press.peakKn = peakKn;
        if (Math.floor(cycles / CYCLES_PER_EVENT) > Math.floor(press.cycles / CYCLES_PER_EVENT)) {
          events.push({
            kind: "cycles-done",
            stream: `${press.device}/cycle-count`,
            data: { cycles, peakKn: Math.round(peakKn * 10) / 10 },
          });
        }
        press.cycles = cycles;
      }
      const force = pressForce(phase, press.peakKn);
      const { usefulKw, lossKw } = formingPower(press.peakKn, speed, wear);
      const restCel = hallCel + OIL_RESISTANCE * lossKw;
      const oilCel = (press.oilCel = approach(press.oilCel ?? restCel, restCel, dtS, OIL_TAU_S));
      const vibration =
        (press.vibration + 1.1 * (press.peakKn / RATED_FORCE) * (speed / SPEED) + 5.5 * wear) *
        Math.exp(press.roughness.advance(dtS));
      const pressure = IDLE_PRESSURE + (force / AREA) * 100 * (1 + 0.1 * wear);
      out.set(
        [
          force,
          press.peakKn,
          ramPosition(phase),
          pressure,
          oilCel,
          (usefulKw + lossKw) / 0.9 + IDLE_POWER,
          vibration,
          cycles,
        ],
        at,
      );
      at += 8;
    }
    out.set([speed, hallCel], 0);
    return events;
  }
}
