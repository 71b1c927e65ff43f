import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parse as parseYaml } from "yaml";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";
import { readSettings } from "@/cli/settings";
import { PLANT_KINDS, type PlantKind } from "@/edge-worker/adapters/simulator/domain/plant";
import { type GroundTruth, Simulation, scaleFor } from "@/edge-worker/adapters/simulator/domain/simulation";
import { type Device, openDevice } from "@/sdk/device/device";
import { DeviceError } from "@/sdk/device/errors";
import { liveSeal } from "@/sdk/device/sealer";
import { NodeId } from "@/sdk/wire/names";

const HELP = `throughline simulate [--plant pump-house|press-line|cold-store] [options]

Runs a simulated plant as a device of its own: it logs in as --node with the token in NODE_TOKEN and sends readings,
events and ground truth over the device SDK. Ctrl-C ends it; what was not acknowledged goes out at the next start.

  --plant <kind>      cold-store unless told
  --node <id>         node id; <plant>-1 unless told. With --nodes N they are <id>-1 … <id>-N, machines by seed + index
  --nodes <n>         so many devices in this process; NODE_TOKENS then holds their tokens, separated by commas
  --streams <n>       at least so many streams per node (machines are added)
  --rate <hz>         readings per second of each stream; 1 unless told
  --seed <n>          which machines and which chance; 1 unless told. The same seed gives the same readings
  --speed <x>|max     1 = real time
  --minutes <n>       ends after so many minutes of the plant; without it, never
  --scenario <file>   YAML or JSON list of causes; "none" = nothing goes wrong; the plant's own otherwise
  --start <time>      first capture time, ISO 8601; now unless told
  --truth <file>      writes what really happened there, as JSON, at the end
  --url <mqtt url>    the broker; MQTT_URL or mqtt://127.0.0.1:1883 unless told
  --dry-run           sends nothing and needs no token: prints the readings as JSON lines
  --json              only the last line, a summary

Example: NODE_TOKEN=tln_… throughline simulate --plant pump-house --node pump-house-1 --minutes 10 --speed 60
         causes look like  - {cause: wear, target: pump-2, at: 90s, for: 5m, size: 0.8}
`;

const OPTIONS = {
  plant: { type: "string" },
  node: { type: "string" },
  nodes: { type: "string" },
  streams: { type: "string" },
  rate: { type: "string" },
  seed: { type: "string" },
  speed: { type: "string" },
  minutes: { type: "string" },
  scenario: { type: "string" },
  start: { type: "string" },
  truth: { type: "string" },
  url: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Longest wait for the last acknowledgements at the end. */
const SETTLE_MS = 30_000;

interface Summary {
  node: string;
  streams: number;
  rows: number;
  readings: number;
  events: number;
  settled: boolean;
  truth: GroundTruth[];
}

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values } = parseArgs({ args, options: OPTIONS });
    const plant = PLANT_KINDS.find((kind) => kind === (values.plant ?? "cold-store"));
    if (!plant)
      throw new CliError(
        `There is no plant ${JSON.stringify(values.plant)}.`,
        `Use ${PLANT_KINDS.join(", ")}.`,
        EXIT_USAGE,
      );
    const nodes = number(values.nodes, "--nodes", 1, { whole: true, most: 200 });
    const base = values.node ?? `${plant}-1`;
    const ids = nodes === 1 ? [base] : Array.from({ length: nodes }, (_, index) => `${base}-${index + 1}`);
    const wrong = ids.find((id) => !NodeId.safeParse(id).success);
    if (wrong !== undefined)
      throw new CliError(
        `${JSON.stringify(wrong)} cannot be the id of a node.`,
        "Use 1 to 63 of a-z 0-9 . _ - and start with a letter or digit.",
        EXIT_USAGE,
      );
    const isDry = values["dry-run"] ?? false;
    const tokens = (process.env["NODE_TOKENS"] ?? process.env["NODE_TOKEN"] ?? "")
      .split(",")
      .filter((token) => token !== "");
    if (!isDry && tokens.length !== ids.length) {
      throw new CliError(
        `${ids.length} node(s) need ${ids.length} token(s); ${tokens.length} given.`,
        `Run "throughline node add ${ids[0] ?? ""} --trust --json" and put the token into NODE_TOKEN${nodes > 1 ? "S, separated by commas" : ""}.`,
        EXIT_USAGE,
      );
    }
    const streams =
      values.streams === undefined ? 0 : number(values.streams, "--streams", 0, { whole: true, most: 10_000 });
    const run: Run = {
      plant,
      seed: number(values.seed, "--seed", 1, { whole: true, least: 0 }),
      rateHz: number(values.rate, "--rate", 1, { most: 1_000 }),
      speed: values.speed === "max" ? Number.POSITIVE_INFINITY : number(values.speed, "--speed", 1),
      endAfterMs:
        values.minutes === undefined ? Number.POSITIVE_INFINITY : 60_000 * number(values.minutes, "--minutes", 0),
      scale: streams === 0 ? 1 : scaleFor(plant, streams),
      startMs: values.start === undefined ? Date.now() : startOf(values.start),
      ...scenarioOf(values.scenario),
    };
    const url = values.url ?? process.env["MQTT_URL"] ?? "mqtt://127.0.0.1:1883";
    const stop = new AbortController();
    const ask = (): void => stop.abort();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, ask);
    try {
      const { dataDir } = readSettings(process.env);
      const startedMs = performance.now();
      const summaries = await Promise.all(
        ids.map((node, index) =>
          simulate(
            { ...run, seed: run.seed + index },
            isDry
              ? { node, url: null, print: !(values.json ?? false) }
              : { node, url, token: tokens[index] ?? "", dataDir: join(dataDir, "simulate", node) },
            stop.signal,
          ),
        ),
      );
      const truth = summaries.map(({ node, truth: causes }) => ({ node, plant, causes }));
      if (values.truth !== undefined) writeFileSync(values.truth, `${JSON.stringify(truth, null, 2)}\n`);
      const sum = (of: (summary: Summary) => number): number =>
        summaries.reduce((total, summary) => total + of(summary), 0);
      const summary = {
        plant,
        nodes: ids,
        streams: sum((one) => one.streams),
        rows: sum((one) => one.rows),
        readings: sum((one) => one.readings),
        events: sum((one) => one.events),
        settled: summaries.every((one) => one.settled),
        seconds: Math.round((performance.now() - startedMs) / 10) / 100,
        truth,
      };
      process.stdout.write(`${JSON.stringify(summary)}\n`);
      return summary.settled ? 0 : 1;
    } finally {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, ask);
    }
  },
};

interface Run {
  plant: PlantKind;
  seed: number;
  rateHz: number;
  speed: number;
  endAfterMs: number;
  scale: number;
  startMs: number;
  scenario?: unknown;
}

type Target =
  | { node: string; url: null; print: boolean }
  | { node: string; url: string; token: string; dataDir: string };

/** One plant as one device, until its time is over or it is told to stop. */
async function simulate({ speed, endAfterMs, ...options }: Run, target: Target, signal: AbortSignal): Promise<Summary> {
  const simulation = readable(() => new Simulation(options));
  const device = target.url === null ? null : await open(target, simulation, options);
  const summary: Summary = {
    node: target.node,
    streams: simulation.streams.length,
    rows: 0,
    readings: 0,
    events: 0,
    settled: true,
    truth: simulation.truth,
  };
  const startedMs = Date.now();
  try {
    for (const item of simulation.run()) {
      const isEvent = "event" in item;
      const plantMs = (isEvent ? item.tsMs : item.deliverMs) - options.startMs;
      if (plantMs >= endAfterMs || signal.aborted) break;
      const waitMs = speed === Number.POSITIVE_INFINITY ? 0 : startedMs + plantMs / speed - Date.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined); // an abort ends the loop above
      if (target.url === null) {
        if (target.print)
          process.stdout.write(
            `${JSON.stringify(isEvent ? { ts: item.tsMs, ...item.event } : { ts: item.tsMs, values: item.values, quality: item.quality })}\n`,
          );
      } else if (isEvent) await patiently(() => device?.event({ tsMs: item.tsMs, ...item.event }), signal);
      else
        await patiently(
          () =>
            device?.write({ tsMs: item.tsMs, values: item.values, ...(item.quality ? { quality: item.quality } : {}) }),
          signal,
        );
      if (isEvent) summary.events += 1;
      else {
        summary.rows += 1;
        summary.readings += Object.keys(item.values).length;
      }
    }
    if (device) summary.settled = await settle(device, signal);
  } finally {
    await device?.close();
  }
  return summary;
}

async function open(
  target: Extract<Target, { url: string }>,
  simulation: Simulation,
  { rateHz, plant }: Pick<Run, "rateHz" | "plant">,
): Promise<Device> {
  try {
    return await openDevice({
      node: target.node,
      url: target.url,
      token: target.token,
      dataDir: target.dataDir,
      agent: "throughline-simulate/1.0.0",
      labels: { plant },
      seal: liveSeal(),
      streams: simulation.streams.map(({ key, quantity, unit, type, device, limits }) => ({
        key,
        quantity,
        unit,
        type,
        device,
        rateHz,
        ...(limits ? { limits } : {}),
      })),
    });
  } catch (cause) {
    if (cause instanceof DeviceError)
      throw new CliError(
        cause.message,
        "Correct what is named, or stop the other process that uses this node's buffer.",
        1,
        { cause },
      );
    throw cause;
  }
}

/** Holds the plant up while the buffer cannot take more, instead of losing readings. */
async function patiently(write: () => Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (cause) {
      if (!(cause instanceof DeviceError) || !["BUSY", "QUOTA", "DISK_FULL"].includes(cause.code) || signal.aborted)
        throw cause;
      await sleep(50);
    }
  }
}

/** Waits until everything written is durably acknowledged. @returns whether it is */
async function settle(device: Device, signal: AbortSignal): Promise<boolean> {
  await device.flush();
  for (const deadline = Date.now() + SETTLE_MS; Date.now() < deadline; await sleep(50)) {
    const lanes = Object.values(device.stats().lanes);
    if (lanes.every(({ batches, unsealedRows }) => batches === 0 && unsealedRows === 0)) return true;
    if (signal.aborted) return false;
  }
  return false;
}

function number(
  text: string | undefined,
  flag: string,
  otherwise: number,
  { whole = false, least, most = Number.POSITIVE_INFINITY }: { whole?: boolean; least?: number; most?: number } = {},
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  const isLow = least === undefined ? value <= 0 : value < least;
  if (text.trim() === "" || !Number.isFinite(value) || isLow || value > most || (whole && !Number.isInteger(value))) {
    throw new CliError(
      `${flag} is ${JSON.stringify(text)}.`,
      `Give a ${whole ? "whole " : ""}number ${least === undefined ? "above 0" : `from ${least}`}${most === Number.POSITIVE_INFINITY ? "" : ` up to ${most}`}.`,
      EXIT_USAGE,
    );
  }
  return value;
}

function startOf(text: string): number {
  const startMs = Date.parse(text);
  if (Number.isNaN(startMs))
    throw new CliError(`--start ${JSON.stringify(text)} is no time.`, "Write it as 2026-06-01T08:00:00Z.", EXIT_USAGE);
  return startMs;
}

function scenarioOf(file: string | undefined): { scenario?: unknown } {
  if (file === undefined) return {};
  if (file === "none") return { scenario: [] };
  try {
    return { scenario: parseYaml(readFileSync(file, "utf8"), { maxAliasCount: 100 }) ?? [] };
  } catch (cause) {
    throw new CliError(
      `The scenario ${file} cannot be read: ${cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause)}`,
      "Name a YAML or JSON file with a list of causes; see: throughline simulate --help",
      EXIT_USAGE,
      { cause },
    );
  }
}

/** Turns what the simulator refuses into a message with its fix. */
function readable<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new CliError(
        cause.message,
        "Correct the scenario or the option it names; see: throughline simulate --help",
        EXIT_USAGE,
        { cause },
      );
    throw cause;
  }
}
