import { connectAsync } from "mqtt";
import { newUlid } from "@/sdk/device/buffer/file-buffer";
import { openDevice } from "@/sdk/device/device";

/** What the journeys look for on the pages. */
export const FEED = {
  node: "e2e-pump",
  wave: "pump-1/vibration-rms",
  /** Its value is the time of the reading, ms modulo a million, so that a page shows how old what it shows is. */
  probe: "pump-1/probe",
  broken: "e2e-broken",
  stranger: "e2e-stranger",
  /** Ten minutes of one reading a second: an outage of two minutes with 20 s of it known to be lost, and a minute marked bad. */
  patchy: "e2e-patchy",
} as const;

const HISTORY_MS = 10 * 60_000;
const PERIOD_MS = 100;
const FROM_NOW_EVERY_MS = 100;

type AddNode = (node: string, trust: boolean) => Promise<{ url: string; token: string }>;

/** A trusted pump with ten minutes of history that goes on at 10 Hz, a node that sends rubbish, and one that nobody accepted yet. */
export async function startFeed(dataDir: string, addNode: AddNode): Promise<{ stop(): Promise<void> }> {
  const pump = await addNode(FEED.node, true);
  const device = await openDevice({
    node: FEED.node,
    url: pump.url,
    token: pump.token,
    dataDir,
    // A page that is looked at wants its values now; the default of 2 s saves messages instead.
    seal: { delayMs: { telemetry: 300 } },
    streams: [
      { key: FEED.wave, quantity: "velocity", unit: "mm/s", type: "number", device: "pump-1", rateHz: 10 },
      { key: FEED.probe, quantity: "time", unit: "ms", type: "number", device: "pump-1", rateHz: 10 },
    ],
  });
  const write = (tsMs: number) =>
    device.write({
      tsMs,
      values: { [FEED.wave]: 2.3 + 0.4 * Math.sin(tsMs / 30_000), [FEED.probe]: tsMs % 1_000_000 },
    });
  const startMs = Date.now();
  for (let tsMs = startMs - HISTORY_MS; tsMs < startMs; tsMs += PERIOD_MS) await write(tsMs);
  const timer = setInterval(() => void write(Date.now()), FROM_NOW_EVERY_MS);

  await publish(
    await addNode(FEED.broken, true),
    FEED.broken,
    Array.from({ length: 4 }, (_, i): [string, string] => ["batch/telemetry", `{"v":1,"node":"e2e-broken","cut":${i}`]),
  );
  await publish(await addNode(FEED.stranger, false), FEED.stranger, [["plain/fan-1/speed", '{"value":1200}']]);
  const patchy = await addNode(FEED.patchy, true);
  await publish(patchy, FEED.patchy, patchyMessages(startMs));
  return {
    stop: async () => {
      clearInterval(timer);
      await device.close();
    },
  };
}

const PATCHY_STREAM = { alias: 1, key: "fan-1/flow", quantity: "flow", unit: "m3/h", type: "number", rateHz: 1 };

/** Birth and two batches, as a device without our SDK would write them (wire contract §2 and §3). */
function patchyMessages(nowMs: number): [string, string][] {
  const [epoch, boot] = [newUlid(), newUlid()];
  const baseMs = nowMs - HISTORY_MS;
  const clock = { source: "ntp", offsetMs: 0, errorMs: 1 };
  const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const isBad = (second: number) => second >= 420 && second < 480;
  const batch = (number: number, first: number, at: readonly number[], extra: object): [string, string] => [
    "batch/telemetry",
    JSON.stringify({
      ...{ v: 1, node: FEED.patchy, epoch, lane: "telemetry", batch: number, first, count: at.length, base: baseMs },
      ...{ watermark: baseMs + (at.at(-1) ?? 0) * 1_000, clock: { ...clock, boot, monoMs: 1 } },
      dt: at.map((second) => second * 1_000),
      columns: { 1: at.map((second) => (isBad(second) ? null : 100 + Math.sin(second / 20))) },
      quality: { 1: at.flatMap((second, i) => (isBad(second) ? [[i, "bad"]] : [])) },
      ...extra,
    }),
  ];
  const gap = { first: 180, count: 20, from: baseMs + 180_000, to: baseMs + 199_000, why: "disk full" };
  return [
    ["birth", JSON.stringify({ v: 1, node: FEED.patchy, boot, epoch, sdk: "e2e/1", clock, streams: [PATCHY_STREAM] })],
    batch(0, 0, seconds(0, 180), {}),
    batch(1, 200, seconds(300, 600), { gaps: [gap] }),
  ];
}

async function publish(
  { url, token }: { url: string; token: string },
  node: string,
  messages: readonly [string, string][],
): Promise<void> {
  const client = await connectAsync(url, {
    protocolVersion: 5,
    username: node,
    password: token,
    clientId: `${node}-e2e`,
  });
  for (const [topic, payload] of messages) await client.publishAsync(`tl/1/${node}/up/${topic}`, payload, { qos: 1 });
  await client.endAsync();
}
