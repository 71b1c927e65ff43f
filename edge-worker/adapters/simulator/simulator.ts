import { setTimeout as sleep } from "node:timers/promises";
import type { StreamSpec } from "@/sdk/wire/birth";
import type { Adapter, AdapterItem } from "../../samples";
import type { SimulatorConfig } from "../simulator-config";
import { Simulation, createPlant } from "./domain/simulation";

/** Readings per second of a simulated stream at the edge. */
export const RATE_HZ = 1;
/** Longer than this behind the clock, the plant skips to the present instead of hurrying after it, ms. */
const MAX_BEHIND_MS = 60_000;

/** Time as the adapter sees it. `wait` ends early when `signal` aborts. */
export interface Clock {
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}
const HOST_CLOCK: Clock = {
  now: Date.now,
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

/** The streams that a simulated plant brings with it. */
export function simulatorStreams(
  { plant, seed, scale }: Pick<SimulatorConfig, "plant" | "seed" | "scale">,
  rateHz = RATE_HZ,
): Omit<StreamSpec, "alias">[] {
  return createPlant(plant, seed, scale).streams.map(({ key, quantity, unit, type, device, limits }) => ({
    key,
    quantity,
    unit,
    type,
    device,
    rateHz,
    ...(limits ? { limits } : {}),
  }));
}

/**
 * Plays a simulated plant against the clock. It starts now; at `speed` 60 a minute of the plant passes each second and its
 * capture times run ahead of the clock accordingly. An empty `script` is the plant's default scenario.
 */
export function simulatorAdapter(
  { plant, seed, speed, scale, script }: SimulatorConfig,
  { now, wait }: Clock = HOST_CLOCK,
): Adapter {
  async function* run(signal: AbortSignal): AsyncGenerator<AdapterItem> {
    while (!signal.aborted) {
      const startMs = now();
      const simulation = new Simulation({
        plant,
        seed,
        startMs,
        rateHz: RATE_HZ,
        scale,
        ...(script.length > 0 ? { scenario: script } : {}),
      });
      for (const item of simulation.run()) {
        const plantMs = "event" in item ? item.tsMs : item.deliverMs;
        const dueMs = startMs + (plantMs - startMs) / speed;
        const waitMs = dueMs - now();
        if (waitMs < -MAX_BEHIND_MS) break;
        if (waitMs > 0) await wait(waitMs, signal);
        if (signal.aborted) return;
        yield "event" in item
          ? item
          : { tsMs: item.tsMs, values: item.values, ...(item.quality ? { quality: item.quality } : {}) };
      }
    }
  }

  return { name: `simulator ${plant}`, run, trouble: () => null };
}
