import {
  type Influences,
  type Plant,
  type PlantEvent,
  type PlantStream,
  makeMachines,
  measures,
  outdoorTemperature,
  plantStreams,
} from "./plant";
import { Drift, Random, approach } from "./random";

/**
 * A cold store: rooms at −20 Cel on one compressor rack. Each room's thermostat asks for cold between two limits; doors
 * let warm air in; each evaporator is defrosted by a heater on its own timetable.
 *
 *     room           C dT/dt = UA (T_out − T) + door · 9 kW + defrost · 4 kW + product − cooling
 *     cooling        UA_e (T − T_e) when open, shared by the rack's capacity; frost on the coil costs up to a quarter
 *     evaporating    T_e falls with load towards −32 Cel; pressures by the Antoine equation of R-717 (ammonia)
 *     compressor     P_el = Q / COP + idle,  COP = 0.45 · T_e / (T_c − T_e)     45 % of Carnot, kelvin
 *     condensing     T_c = T_out + 10 K + 6 K · load,  at least 4 K above the air; less when its fans follow the weather
 *
 * Wear of the compressor costs up to 35 % of its efficiency and raises its vibration.
 */
const ROOM_HEAT = 900; // kJ/K: air, shelves and the surface of the goods
const ROOM_LOSS = 0.11; // kW/K
const DOOR_LOAD = 9; // kW
const DEFROST_LOAD = 4; // kW
const PRODUCT_LOAD = 0.6; // kW
const COIL = 1.05; // kW/K
const COLD = -20.8; // Cel: thermostat off
const WARM = -19.2; // Cel: thermostat on
const DEFROST_EVERY_S = 6 * 3_600;
const DEFROST_S = 900;
const NEAREST_K = 4; // no condenser comes nearer to the air
const ZERO_CEL = 273.15;
/** Quick-frozen food is kept at −18 Cel or colder (Council Directive 89/108/EEC). */
const FROZEN_LIMIT = -18;

const RACK = measures({
  "compressor-power": { quantity: "power", unit: "kW", noise: 0.05, resolution: 0.01, range: [0, 500] },
  "suction-pressure": { quantity: "pressure", unit: "bar", noise: 0.004, resolution: 0.001, range: [0, 10] },
  "discharge-pressure": {
    quantity: "pressure",
    unit: "bar",
    noise: 0.03,
    resolution: 0.01,
    range: [0, 40],
    limits: { high: 16 }, // the switch that stops the rack is set to 18
  },
  "vibration-rms": {
    quantity: "velocity",
    unit: "mm/s",
    noise: 0.04,
    resolution: 0.001,
    range: [0, 50],
    limits: { high: 4.5 },
  },
  "outdoor-temperature": { quantity: "temperature", unit: "Cel", noise: 0.05, resolution: 0.01, range: [-40, 60] },
});
const ROOM = measures({
  "air-temperature": {
    quantity: "temperature",
    unit: "Cel",
    noise: 0.03,
    resolution: 0.01,
    range: [-50, 50],
    limits: { high: FROZEN_LIMIT },
  },
  "coil-temperature": { quantity: "temperature", unit: "Cel", noise: 0.05, resolution: 0.01, range: [-60, 60] },
  door: { quantity: "open", unit: "1", type: "boolean", noise: 0, resolution: 1, range: [0, 1] },
  defrost: { quantity: "on", unit: "1", type: "boolean", noise: 0, resolution: 1, range: [0, 1] },
});

interface Room {
  device: string;
  airCel: number;
  coilCel: number;
  isCooling: boolean;
  doorLeftS: number;
  frost: number;
  defrostOffsetS: number;
  loss: number;
  random: Random;
}

/** Saturation pressure of ammonia in bar (absolute) at a temperature in Cel: Antoine, constants of NIST for 240–372 K. */
export function ammoniaPressure(cel: number): number {
  return 10 ** (4.86886 - 1_113.928 / (cel + ZERO_CEL - 10.409));
}

/** Electric power in kW that moves `coolingKw` from `evaporatingCel` to `condensingCel`. */
export function compressorPower(
  coolingKw: number,
  evaporatingCel: number,
  condensingCel: number,
  wear: number,
): number {
  const cop = (0.45 * (1 - 0.35 * wear) * (evaporatingCel + ZERO_CEL)) / Math.max(5, condensingCel - evaporatingCel);
  return coolingKw / cop + 0.4;
}

export class ColdStore implements Plant {
  readonly streams: readonly PlantStream[];
  private readonly rooms: Room[];
  private readonly roughness: Drift;
  private evaporatingCel = -30;
  private elapsedS = 0;

  /** `seed` makes the machines what they are, `chance` is what happens to them. */
  constructor(seed: string, chance: string, count: number) {
    this.roughness = new Drift(new Random(`${chance}/rack/roughness`), 0.05, 20);
    this.rooms = makeMachines("room", count, seed, (device, parameters) => {
      const random = new Random(`${chance}/${device}`);
      return {
        device,
        airCel: random.vary(-20, 0.01),
        coilCel: -28,
        isCooling: random.next() < 0.5,
        doorLeftS: 0,
        frost: random.next(),
        defrostOffsetS: random.next() * DEFROST_EVERY_S,
        loss: parameters.vary(ROOM_LOSS, 0.05),
        random,
      };
    });
    this.streams = plantStreams({ device: "rack", measures: RACK }, this.rooms, ROOM);
  }

  advance(
    tsMs: number,
    dtS: number,
    { wearOf, ambientShiftK, loadShift, condenserShiftK }: Influences,
    out: Float64Array,
  ): PlantEvent[] {
    const events: PlantEvent[] = [];
    const outside = outdoorTemperature(tsMs) + ambientShiftK;
    this.elapsedS += dtS;
    let coolingKw = 0;
    let at = 5;
    for (const room of this.rooms) {
      const openShare = Math.exp(-dtS / 420); // a delivery every seven minutes on average
      if (room.doorLeftS > 0) room.doorLeftS = Math.max(0, room.doorLeftS - dtS);
      else if (room.random.next() > openShare) {
        room.doorLeftS = 15 + 60 * room.random.next();
        events.push({ kind: "door-opened", stream: `${room.device}/door`, data: { forS: Math.round(room.doorLeftS) } });
      }
      const isDefrosting = (this.elapsedS + room.defrostOffsetS) % DEFROST_EVERY_S < DEFROST_S;
      room.frost = isDefrosting ? 0 : Math.min(1, room.frost + dtS / DEFROST_EVERY_S);
      if (room.airCel > WARM) room.isCooling = true;
      if (room.airCel < COLD) room.isCooling = false;
      const isOpen = room.isCooling && !isDefrosting;
      const cooling = isOpen ? COIL * (1 - 0.25 * room.frost) * Math.max(0, room.airCel - this.evaporatingCel) : 0;
      const heat =
        room.loss * (outside - room.airCel) +
        (room.doorLeftS > 0 ? DOOR_LOAD : 0) +
        (isDefrosting ? DEFROST_LOAD : 0) +
        PRODUCT_LOAD * (1 + loadShift);
      // The coil takes out what it can reach at this temperature: solved as a lag, so a long step cannot overshoot.
      const conductance = room.loss + (isOpen ? COIL * (1 - 0.25 * room.frost) : 0);
      const restCel = room.airCel + (heat - cooling) / conductance;
      room.airCel = approach(room.airCel, restCel, dtS, ROOM_HEAT / conductance);
      room.coilCel = approach(room.coilCel, isDefrosting ? 8 : isOpen ? this.evaporatingCel : room.airCel, dtS, 90);
      coolingKw += cooling;
      out.set([room.airCel, room.coilCel, room.doorLeftS > 0 ? 1 : 0, isDefrosting ? 1 : 0], at);
      at += 4;
    }
    const load = coolingKw / (this.rooms.length * COIL * 10);
    const wear = wearOf("rack");
    this.evaporatingCel = approach(this.evaporatingCel, -32 + 3 * Math.min(1.5, load), dtS, 60);
    const condensingCel = outside + Math.max(NEAREST_K, 10 - condenserShiftK) + 6 * Math.min(1.5, load);
    const vibration = Math.hypot(1.1 + 0.5 * load, 6 * wear) * Math.exp(this.roughness.advance(dtS));
    out.set(
      [
        compressorPower(coolingKw, this.evaporatingCel, condensingCel, wear),
        ammoniaPressure(this.evaporatingCel),
        ammoniaPressure(condensingCel),
        vibration,
        outside,
      ],
      0,
    );
    return events;
  }
}
