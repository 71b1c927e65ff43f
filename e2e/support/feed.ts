import { connectAsync } from "mqtt";
import { openDevice } from "@/sdk/device/device";

/** What the journeys look for on the pages. */
export const FEED = {
  node: "e2e-pump",
  wave: "pump-1/vibration-rms",
  /** Its value is the time of the reading, ms modulo a million, so that a page shows how old what it shows is. */
  probe: "pump-1/probe",
  broken: "e2e-broken",
  stranger: "e2e-stranger",
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
  return {
    stop: async () => {
      clearInterval(timer);
      await device.close();
    },
  };
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
