/**
 * The edge worker: readings in, cleaned, scored and watched, into the durable buffer and out to the control plane.
 *
 *   edge [--check | --explain] [FILE]        FILE may also be given as --config FILE or EDGE_CONFIG
 *
 * SIGHUP loads the models of all slots again from their files.
 * Exit codes: 0 stopped as asked, or explained · 64 a word on the command line that means nothing here · 78 the
 * configuration cannot be used · 1 failure.
 */
import { parseArgs } from "node:util";
import pino from "pino";
import { DeviceError } from "@/sdk/device/errors";
import { openDevice } from "@/sdk/device/device";
import { liveSeal } from "@/sdk/device/sealer";
import { openAdapters } from "./adapters/open";
import { ConfigError, type LoadedConfig, loadConfig, readConfig } from "./config";
import { type EdgeDevice, patient } from "./device";
import { explain } from "./explain";
import { type EdgeWorker, startWorker } from "./worker";

const VERSION = "1.0.0";
const EXIT_USAGE = 64;
const EXIT_CONFIG = 78;
const STOP_WITHIN_MS = 5_000;

async function run({ config }: LoadedConfig): Promise<void> {
  const log = pino({ level: config.logLevel, base: { node: config.node } });
  const opened = openAdapters(config.adapters);
  const streams = [...config.streams, ...opened.flatMap((one) => one.streams)];
  let worker: EdgeWorker | null = null;
  const device = await openDevice({
    node: config.node,
    ...(config.site ? { site: config.site } : {}),
    labels: config.labels,
    url: config.url,
    token: config.token,
    dataDir: config.dataDir,
    streams: streams.map(({ key, quantity, unit, type, device: of, rateHz, limits }) => ({
      key,
      quantity,
      unit,
      type,
      ...(of ? { device: of } : {}),
      ...(rateHz ? { rateHz } : {}),
      ...(limits ? { limits } : {}),
    })),
    seal: liveSeal(config.sealMs),
    quota: { bytes: config.quotaMb * 1_048_576 },
    agent: `edge-worker/${VERSION}`,
    capabilities: ["infer", "pipeline"],
    slots: () => worker?.slots() ?? [],
    logger: log,
  });
  const port: EdgeDevice = patient(device);
  let isStopping = false;
  const stop = (why: string): void => {
    if (isStopping || !worker) return;
    isStopping = true;
    log.info({ why }, "stopping");
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    worker.stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        log.error({ err: cause }, "did not stop cleanly");
        process.exit(1);
      },
    );
  };
  try {
    worker = await startWorker({
      config,
      streams,
      adapters: opened.map(({ adapter }) => adapter),
      device: port,
      log,
      version: VERSION,
      restart: () => stop("command restart"),
    });
  } catch (cause) {
    await device.close();
    throw cause;
  }
  if (config.slots.length > 0) await device.rebirth();
  log.info({ port: worker.port, streams: streams.length, adapters: opened.length }, "the line runs");
  const running = worker;
  const reload = async (): Promise<void> => {
    await running.reload();
    await device.rebirth();
  };
  if (process.platform !== "win32") {
    process.on("SIGHUP", () => {
      reload().catch((cause: unknown) => log.error({ err: cause }, "the new models could not be announced"));
    });
  }
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
}

const USAGE = "edge [--check | --explain] [configuration file]";

/** What the command line asks for. @throws {UsageError} */
function readArguments(): { file: string | undefined; isCheck: boolean; isExplain: boolean } {
  try {
    const { values, positionals } = parseArgs({
      options: { config: { type: "string" }, check: { type: "boolean" }, explain: { type: "boolean" } },
      allowPositionals: true,
    });
    const files = [...(values.config === undefined ? [] : [values.config]), ...positionals];
    if (files.length > 1) throw new UsageError(`One configuration file, not ${files.length}: ${files.join(", ")}.`);
    return {
      file: files[0] ?? process.env["EDGE_CONFIG"],
      isCheck: values.check ?? false,
      isExplain: values.explain ?? false,
    };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (cause instanceof Error && code.startsWith("ERR_PARSE_ARGS")) throw new UsageError(cause.message);
    throw cause;
  }
}

class UsageError extends Error {}

async function main(): Promise<void> {
  const { file, isCheck, isExplain } = readArguments();
  if (isExplain) {
    const read = readConfig(process.env, file);
    const faults = read.faults.length > 0 ? `\nIt cannot be used yet:\n${new ConfigError(read.faults).message}\n` : "";
    process.stdout.write(`${explain(read)}\n${faults}`);
    return;
  }
  const loaded = loadConfig(process.env, file);
  if (isCheck) process.stdout.write(`The configuration of ${loaded.config.node} is good.\n`);
  else await run(loaded);
}

main().catch((cause: unknown) => {
  if (cause instanceof UsageError) {
    process.stderr.write(`${cause.message}\nUsage: ${USAGE}\n`);
    process.exit(EXIT_USAGE);
  }
  const isConfig = cause instanceof ConfigError || (cause instanceof DeviceError && cause.code === "BAD_OPTIONS");
  process.stderr.write(
    `${cause instanceof Error ? (isConfig ? cause.message : (cause.stack ?? cause.message)) : String(cause)}\n`,
  );
  process.exit(isConfig ? EXIT_CONFIG : 1);
});
