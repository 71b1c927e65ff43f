import { expect, test } from "vitest";
import { ammoniaPressure, compressorPower } from "./cold-store";
import { outdoorTemperature } from "./plant";
import { formingPower, pressForce, ramPosition } from "./press-line";
import { headerPressure, pumpFlow, pumpPoint } from "./pump-house";
import { Drift, Random, approach } from "./random";

const PUMP = { device: "pump-1", shutOffBar: 6.2, curve: 1.7 / 180 ** 2, vibration: 1.5, bearingResistance: 60 };

test("energy: a pump's motor gives more than the water gets, and never more than a good pump wastes", () => {
  for (const flow of [90, 130, 180, 210]) {
    const { shaftKw, motorKw, frictionKw } = pumpPoint(0.95, 4, flow, 0);
    const waterKw = (4 * flow) / 36;
    expect(motorKw).toBeGreaterThan(shaftKw);
    expect(shaftKw).toBeGreaterThan(waterKw + frictionKw);
    expect(waterKw / motorKw).toBeGreaterThan(0.5);
    expect(waterKw / motorKw).toBeLessThan(0.8);
  }
});

test("what the pumps deliver is what the network takes", () => {
  const pumps = [PUMP, { ...PUMP, device: "pump-2", shutOffBar: 6.1 }];
  const network = (4 - 1.8) / 320 ** 2;
  const pressure = headerPressure(pumps, 0.97, network, () => 0);
  const delivered = pumps.reduce((sum, pump) => sum + pumpFlow(pump, 0.97, pressure, 0), 0);
  expect(delivered).toBeCloseTo(Math.sqrt((pressure - 1.8) / network), 4);
});

test("more load: more current; more speed: more flow; more wear: more friction and less flow", () => {
  const currents = [80, 120, 160, 200].map((flow) => pumpPoint(0.95, 4, flow, 0).currentA);
  expect(currents).toEqual([...currents].sort((a, b) => a - b));
  expect(pumpFlow(PUMP, 1, 4, 0)).toBeGreaterThan(pumpFlow(PUMP, 0.9, 4, 0));
  expect(pumpFlow(PUMP, 1, 4, 0.8)).toBeLessThan(pumpFlow(PUMP, 1, 4, 0));
  expect(pumpPoint(1, 4, 150, 1).frictionKw).toBeCloseTo(5 * pumpPoint(1, 4, 150, 0).frictionKw, 10);
  expect(pumpFlow(PUMP, 0.5, 4, 0)).toBe(0); // the check valve holds
});

test("a press pushes only on the way down and in the material; its work is the area under the force", () => {
  expect(ramPosition(Math.PI)).toBeCloseTo(320, 10);
  expect(pressForce(Math.PI, 450)).toBeCloseTo(450, 10);
  expect(pressForce(1.1 * Math.PI, 450)).toBe(0);
  expect(pressForce(0.4, 450)).toBe(0);
  let workKj = 0;
  for (let phase = 0; phase < Math.PI; phase += 1e-4)
    workKj += (pressForce(phase + 5e-5, 450) * (ramPosition(phase + 1e-4) - ramPosition(phase))) / 1e3;
  expect(workKj / 1).toBeCloseTo(formingPower(450, 60, 0).usefulKw, 2); // one cycle per second
});

test("ammonia boils at one bar near −33.6 Cel and stands at about 11.7 bar at 30 Cel (NIST WebBook)", () => {
  expect(ammoniaPressure(-33.4)).toBeCloseTo(1.01, 1);
  expect(Math.abs(ammoniaPressure(30) - 11.67)).toBeLessThan(0.2);
});

test("warmer weather and wear cost the compressor power; it never beats Carnot", () => {
  expect(compressorPower(20, -30, 40, 0)).toBeGreaterThan(compressorPower(20, -30, 20, 0));
  expect(compressorPower(20, -30, 30, 1)).toBeGreaterThan(1.4 * compressorPower(20, -30, 30, 0));
  expect(20 / compressorPower(20, -30, 30, 0)).toBeLessThan(243.15 / 60);
});

test("July is warmer than January, afternoon than night", () => {
  expect(outdoorTemperature(Date.UTC(2026, 6, 20, 15))).toBeGreaterThan(
    20 + outdoorTemperature(Date.UTC(2026, 0, 20, 3)),
  );
});

test("a lag ends at the same place in one step or in many", () => {
  let many = 20;
  for (let step = 0; step < 600; step += 1) many = approach(many, 80, 1, 240);
  expect(approach(20, 80, 600, 240)).toBeCloseTo(many, 9);
});

test("chance: uniform and normal have their moments; a drift its spread and its memory, whatever the step", () => {
  const random = new Random("moments");
  const normals = Array.from({ length: 20_000 }, () => random.normal());
  const mean = normals.reduce((sum, x) => sum + x, 0) / normals.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(normals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normals.length).toBeCloseTo(1, 1);
  for (const dtS of [1, 5]) {
    const drift = new Drift(new Random(`drift ${dtS}`), 2, 20);
    const values = Array.from({ length: 40_000 }, () => drift.advance(dtS));
    const spread = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    expect(Math.abs(spread - 2)).toBeLessThan(0.15);
    const lagged =
      values.slice(1).reduce((sum, x, index) => sum + x * (values[index] ?? 0), 0) / (values.length * spread ** 2);
    expect(Math.abs(lagged - Math.exp(-dtS / 20))).toBeLessThan(0.03);
  }
});
