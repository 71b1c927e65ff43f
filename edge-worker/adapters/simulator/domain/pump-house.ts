import {
  type Influences,
  type Plant,
  type PlantEvent,
  type PlantStream,
  dayShare,
  RoomAir,
  makeMachines,
  measures,
  outdoorTemperature,
  plantStreams,
} from "./plant";
import { Drift, Random, approach } from "./random";

/**
 * A pump house: centrifugal pumps in parallel on one header that feeds a network. A controller changes the common speed
 * to hold the header pressure while demand moves, so a pump that delivers less makes the others deliver more.
 *
 *     pump curve       p = p0 s² − a Q²                       affinity laws, s = speed / rated speed (Gülich, Centrifugal Pumps, ch. 3)
 *     network          p = pStatic + k Q_total²               k follows demand
 *     efficiency       η = η0 (1 − 0.7 (Q / (s Qbep) − 1)²)   parabola through the best point
 *     shaft power      P = p Q / (36 η) + friction            bar · m3/h / 36 = kW
 *     motor            P_el = P / η_m,  I = P_el / (√3 U cos φ)
 *     bearing          τ dT/dt = T_room + R_th · friction + R_m · motor loss − T
 *     vibration        v² = (v0 s²)² + (v_off · |Q / (s Qbep) − 1|)² + (v_wear · wear · s)²     rms, mm/s
 *
 * New machines of this size run at 1.4–2.8 mm/s and are unacceptable over 7.1 mm/s (ISO 10816-3, group 2): v0 and v_wear
 * are chosen so. Wear multiplies the bearing's friction by up to five and costs up to 8 % of head.
 */
const RATED_SPEED = 1_480; // /min
const RATED_FLOW = 180; // m3/h, best efficiency point
const SHUT_OFF = 6.2; // bar
const CURVE = 1.7 / RATED_FLOW ** 2; // bar per (m3/h)²
const STATIC = 1.8; // bar
const SET_POINT = 4; // bar
const EFFICIENCY = 0.8;
const MOTOR_EFFICIENCY = 0.93;
const VOLTAGE = 0.4; // kV
const FRICTION = 0.35; // kW at rated speed
const BEARING_RESISTANCE = 62; // K per kW of friction
const MOTOR_RESISTANCE = 3.5; // K per kW of motor loss
const BEARING_TAU_S = 240;
const CONTROL_TAU_S = 12;
const NEW_VIBRATION = 1.5; // mm/s
const OFF_POINT_VIBRATION = 3;
const WEAR_VIBRATION = 8;
/** Boundary of zones B and C, from where a machine should not run for long: ISO 10816-3, group 2 on flexible supports, mm/s. */
const VIBRATION_LIMIT = 4.5;
/** Grease ages quickly above it, Cel. */
const BEARING_LIMIT = 90;
/** Name plate of a 30 kW motor at 400 V, A. */
const RATED_CURRENT = 55;

const PUMP = measures({
  speed: { quantity: "rotational speed", unit: "/min", noise: 1.5, resolution: 1, range: [0, 1_800] },
  flow: { quantity: "volume flow", unit: "m3/h", noise: 0.9, resolution: 0.1, range: [0, 400] },
  "discharge-pressure": { quantity: "pressure", unit: "bar", noise: 0.012, resolution: 0.001, range: [0, 10] },
  "motor-current": {
    quantity: "electric current",
    unit: "A",
    noise: 0.25,
    resolution: 0.01,
    range: [0, 120],
    limits: { high: RATED_CURRENT },
  },
  "motor-power": { quantity: "power", unit: "kW", noise: 0.12, resolution: 0.01, range: [0, 75] },
  "bearing-temperature": {
    quantity: "temperature",
    unit: "Cel",
    noise: 0.08,
    resolution: 0.01,
    range: [-20, 150],
    limits: { high: BEARING_LIMIT },
  },
  "vibration-rms": {
    quantity: "velocity",
    unit: "mm/s",
    noise: 0.05,
    resolution: 0.001,
    range: [0, 50],
    limits: { high: VIBRATION_LIMIT },
  },
});
const STATION = measures({
  "header-pressure": {
    quantity: "pressure",
    unit: "bar",
    noise: 0.008,
    resolution: 0.001,
    range: [0, 10],
    limits: { low: 3.5, high: 4.5 }, // what the network was promised
  },
  "total-flow": { quantity: "volume flow", unit: "m3/h", noise: 2, resolution: 0.1, range: [0, 100_000] },
  "room-temperature": { quantity: "temperature", unit: "Cel", noise: 0.05, resolution: 0.01, range: [-30, 60] },
});

/** What makes one pump differ from its sisters. */
export interface PumpParameters {
  device: string;
  shutOffBar: number;
  curve: number;
  vibration: number;
  bearingResistance: number;
}

export interface PumpPoint {
  flowM3h: number;
  shaftKw: number;
  frictionKw: number;
  motorKw: number;
  currentA: number;
}

/** Flow of one pump against a pressure, m3/h; none when the pressure is above what it reaches (its check valve shuts). */
export function pumpFlow(pump: PumpParameters, speedShare: number, pressureBar: number, wear: number): number {
  const spare = pump.shutOffBar * (1 - 0.08 * wear) * speedShare ** 2 - pressureBar;
  return spare <= 0 ? 0 : Math.sqrt(spare / pump.curve);
}

/** Electrical and mechanical state of a pump at a speed, a pressure and a flow. */
export function pumpPoint(speedShare: number, pressureBar: number, flowM3h: number, wear: number): PumpPoint {
  const frictionKw = FRICTION * speedShare * (1 + 4 * wear);
  const duty = speedShare <= 0 ? 0 : flowM3h / (speedShare * RATED_FLOW);
  const efficiency = Math.max(0.15, EFFICIENCY * (1 - 0.7 * (duty - 1) ** 2));
  const shaftKw = (pressureBar * flowM3h) / 36 / efficiency + frictionKw;
  const motorKw = shaftKw / MOTOR_EFFICIENCY;
  const powerFactor = 0.7 + 0.18 * Math.min(1, shaftKw / 30);
  return { flowM3h, shaftKw, frictionKw, motorKw, currentA: motorKw / (Math.sqrt(3) * VOLTAGE * powerFactor) };
}

/** Where pumps and network agree: the header pressure at which flow in equals flow out, by bisection (both are monotone). */
export function headerPressure(
  pumps: readonly PumpParameters[],
  speedShare: number,
  network: number,
  wearOf: (device: string) => number,
): number {
  let low = STATIC;
  let high = Math.max(STATIC, ...pumps.map(({ shutOffBar }) => shutOffBar * speedShare ** 2));
  for (let turn = 0; turn < 36; turn += 1) {
    const middle = (low + high) / 2;
    let flow = 0;
    for (const pump of pumps) flow += pumpFlow(pump, speedShare, middle, wearOf(pump.device));
    if (flow > Math.sqrt((middle - STATIC) / network)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Share of the rated flow that the network asks for: a morning and an evening peak over a base. */
export function demandShare(tsMs: number): number {
  const hour = 24 * dayShare(tsMs);
  const peak = (at: number, width: number): number =>
    Math.exp(-((((hour - at + 36) % 24) - 12) ** 2) / (2 * width ** 2));
  return 0.78 + 0.16 * peak(7.5, 1.5) + 0.12 * peak(19, 2);
}

export class PumpHouse implements Plant {
  readonly streams: readonly PlantStream[];
  private readonly pumps: PumpParameters[];
  private readonly bearingsCel: number[];
  private readonly roughness: Drift[];
  private readonly demand: Drift;
  private readonly room = new RoomAir(18, 0.4, 1_800);
  private speedShare = 0.93;

  /** `seed` makes the machines what they are, `chance` is what happens to them. */
  constructor(seed: string, chance: string, count: number) {
    this.pumps = makeMachines("pump", count, seed, (device, random) => ({
      device,
      shutOffBar: random.vary(SHUT_OFF, 0.006),
      curve: random.vary(CURVE, 0.02),
      vibration: random.vary(NEW_VIBRATION, 0.05),
      bearingResistance: random.vary(BEARING_RESISTANCE, 0.03),
    }));
    this.bearingsCel = this.pumps.map(() => 45);
    this.roughness = this.pumps.map(({ device }) => new Drift(new Random(`${chance}/${device}/roughness`), 0.05, 20));
    this.demand = new Drift(new Random(`${chance}/demand`), 0.03, 180);
    this.streams = plantStreams({ device: "station", measures: STATION }, this.pumps, PUMP);
  }

  advance(
    tsMs: number,
    dtS: number,
    { wearOf, ambientShiftK, loadShift }: Influences,
    out: Float64Array,
  ): PlantEvent[] {
    const outside = outdoorTemperature(tsMs) + ambientShiftK;
    const roomCel = this.room.advance(outside, dtS);
    const wanted = this.pumps.length * RATED_FLOW * (1 + loadShift) * (demandShare(tsMs) + this.demand.advance(dtS));
    const network = (SET_POINT - STATIC) / wanted ** 2;
    const pressure = headerPressure(this.pumps, this.speedShare, network, wearOf);
    const missing = Math.sqrt(SET_POINT / pressure); // pressure goes with speed squared
    this.speedShare = Math.min(1.08, approach(this.speedShare, this.speedShare * missing, dtS, CONTROL_TAU_S));

    let at = 3;
    let total = 0;
    this.pumps.forEach((pump, index) => {
      const wear = wearOf(pump.device);
      const flow = pumpFlow(pump, this.speedShare, pressure, wear);
      const point = pumpPoint(this.speedShare, pressure, flow, wear);
      const restCel =
        roomCel + pump.bearingResistance * point.frictionKw + MOTOR_RESISTANCE * (point.motorKw - point.shaftKw);
      const bearingCel = approach(this.bearingsCel[index] ?? restCel, restCel, dtS, BEARING_TAU_S);
      this.bearingsCel[index] = bearingCel;
      const offPoint = Math.abs(flow / (this.speedShare * RATED_FLOW) - 1);
      const vibration = Math.hypot(
        pump.vibration * this.speedShare ** 2,
        OFF_POINT_VIBRATION * offPoint,
        WEAR_VIBRATION * wear * this.speedShare,
      );
      out.set(
        [
          this.speedShare * RATED_SPEED,
          flow,
          pressure,
          point.currentA,
          point.motorKw,
          bearingCel,
          vibration * Math.exp(this.roughness[index]?.advance(dtS) ?? 0),
        ],
        at,
      );
      at += 7;
      total += flow;
    });
    out.set([pressure, total, roomCel], 0);
    return [];
  }
}
