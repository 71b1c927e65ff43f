/**
 * The edge worker: readings in, cleaned, scored and watched, into the durable buffer and out to the control plane.
 *
 *   edge [--config FILE] [--check | --explain]
 *
 * SIGHUP loads the models of all slots again from their files.
 * Exit codes: 0 stopped as asked · 78 the configuration cannot be used · 1 failure.
 */
import { parseArgs } from "node:util";
import pino from "pino";
import { DeviceError } from "@/sdk/device/errors";
import { openDevice } from "@/sdk/device/device";
import { liveSeal } from "@/sdk/device/sealer";
import { openAdapter } from "./adapters/open";
import { ConfigError, type LoadedConfig, loadConfig } from "./config";
import { type EdgeDevice, patient } from "./device";
import { explain } from "./explain";
import { type EdgeWorker, startWorker } from "./worker";

const VERSION = "1.0.0";
const EXIT_CONFIG = 78;
const STOP_WITHIN_MS = 5_000;

async function run({ config }: LoadedConfig): Promise<void> {
  const log = pino({ level: config.logLevel, base: { node: config.node } });
  const opened = config.adapters.map(openAdapter);
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
  try {
    worker = await startWorker({
      config,
      streams,
      adapters: opened.map(({ adapter }) => adapter),
      device: port,
      log,
      version: VERSION,
    });
  } catch (cause) {
    await device.close();
    throw cause;
  }
  if (config.slots.length > 0) await device.rebirth();
  log.info({ port: worker.port, streams: streams.length, adapters: opened.length }, "the line runs");
  const running = worker;
  let isStopping = false;
  const stop = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    running.stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        log.error({ err: cause }, "did not stop cleanly");
        process.exit(1);
      },
    );
  };
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { config: { type: "string" }, check: { type: "boolean" }, explain: { type: "boolean" } },
    allowPositionals: false,
  });
  const loaded = loadConfig(process.env, values.config ?? process.env["EDGE_CONFIG"]);
  if (values.explain) process.stdout.write(`${explain(loaded)}\n`);
  else if (values.check) process.stdout.write(`The configuration of ${loaded.config.node} is good.\n`);
  else await run(loaded);
}

main().catch((cause: unknown) => {
  const isConfig = cause instanceof ConfigError || (cause instanceof DeviceError && cause.code === "BAD_OPTIONS");
  process.stderr.write(
    `${cause instanceof Error ? (isConfig ? cause.message : (cause.stack ?? cause.message)) : String(cause)}\n`,
  );
  process.exit(isConfig ? EXIT_CONFIG : 1);
});
