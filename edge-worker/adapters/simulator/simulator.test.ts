import { expect, test } from "vitest";
import type { AdapterItem } from "../../samples";
import { SimulatorConfig } from "../simulator-config";
import { type Clock, simulatorAdapter, simulatorStreams } from "./simulator";

const START_MS = 1_767_225_600_000;

/** A clock that stands still but for what somebody waits on it. */
function fakeClock() {
  let nowMs = START_MS;
  const waits: number[] = [];
  const clock: Clock = {
    now: () => nowMs,
    wait: async (ms) => {
      waits.push(ms);
      nowMs += ms;
    },
  };
  return { clock, waits, pass: (ms: number) => void (nowMs += ms), now: () => nowMs };
}

const adapterOf = (clock: Clock, more: Record<string, unknown> = {}) =>
  simulatorAdapter(SimulatorConfig.parse({ kind: "simulator", plant: "pump-house", ...more }), clock);

/** Takes items until one was captured `forMs` of plant time after the first. */
async function play(items: AsyncGenerator<AdapterItem>, forMs: number): Promise<AdapterItem[]> {
  const taken: AdapterItem[] = [];
  for (;;) {
    const next = await items.next();
    if (next.done) return taken;
    taken.push(next.value);
    if (next.value.tsMs - (taken[0]?.tsMs ?? 0) >= forMs) return taken;
  }
}

test.each([1, 60])("at speed %i a minute of the plant takes a minute divided by it", async (speed) => {
  const { clock, now } = fakeClock();
  const abort = new AbortController();
  await play(adapterOf(clock, { speed }).run(abort.signal), 60_000);
  const tookMs = now() - START_MS;
  expect(tookMs).toBeGreaterThanOrEqual(60_000 / speed - 1);
  // what is delivered late in the plant is waited for too: seconds of plant time at most
  expect(tookMs).toBeLessThan((60_000 + 20_000) / speed);
});

test("it starts at the present and names only its own streams", async () => {
  const { clock } = fakeClock();
  const keys = new Set(simulatorStreams({ plant: "pump-house", seed: 1, scale: 1 }).map(({ key }) => key));
  const items = await play(adapterOf(clock).run(new AbortController().signal), 10_000);
  expect(Math.abs((items[0]?.tsMs ?? 0) - START_MS)).toBeLessThan(5_000);
  for (const item of items)
    if ("values" in item) for (const key of Object.keys(item.values)) expect(keys).toContain(key);
});

test("up to a minute behind it hurries after the clock; more than that it skips to the present", async () => {
  const { clock, waits, pass, now } = fakeClock();
  const items = adapterOf(clock).run(new AbortController().signal);
  const first = await play(items, 5_000);
  pass(50_000);
  const waited = waits.length;
  const hurried = await play(items, 30_000);
  expect(hurried[0]?.tsMs).toBeLessThan((first.at(-1)?.tsMs ?? 0) + 5_000);
  expect(waits.length - waited).toBeLessThan(5);
  pass(3_600_000);
  const { value } = await items.next();
  expect(Math.abs((value?.tsMs ?? 0) - now())).toBeLessThan(5_000);
});

test("told to stop while it waits, it ends without an error", async () => {
  const abort = new AbortController();
  const items = simulatorAdapter(SimulatorConfig.parse({ kind: "simulator", plant: "pump-house", speed: 0.001 })).run(
    abort.signal,
  );
  const taken = (async () => {
    for await (const item of items) void item;
    return "ended";
  })();
  setTimeout(() => abort.abort(), 50);
  expect(await taken).toBe("ended");
});
