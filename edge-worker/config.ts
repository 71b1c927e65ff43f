import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { StreamSpec } from "@/sdk/wire/birth";
import { NodeId } from "@/sdk/wire/names";
import { CleanRule } from "@/sdk/wire/pipeline";
import { LIVE_SEAL_MS } from "@/sdk/device/sealer";
import { formatPath } from "@/sdk/wire/refusal";
import { HttpConfig } from "./adapters/http";
import { MqttConfig } from "./adapters/mqtt";
import { ReplayConfig } from "./adapters/replay";
import { simulatorStreams } from "./adapters/simulator/simulator";
import { SimulatorConfig } from "./adapters/simulator-config";

const Limits = z
  .strictObject({ low: z.number().optional(), high: z.number().optional() })
  .refine(({ low, high }) => low === undefined || high === undefined || low <= high, "low lies above high");
const Stream = StreamSpec.omit({ alias: true })
  .extend({
    type: z.enum(["number", "boolean"]).default("number"),
    clean: CleanRule.optional(),
    limits: Limits.optional(),
  })
  .strict();

export const AdapterConfig = z.discriminatedUnion("kind", [ReplayConfig, SimulatorConfig, MqttConfig, HttpConfig]);
export type AdapterConfig = z.infer<typeof AdapterConfig>;

const Slot = z.strictObject({
  slot: z.string().min(1).max(64),
  /** absent: the control plane names the model in the desired document */
  model: z.string().min(1).optional(),
  manifest: z.string().min(1).optional(),
  threshold: z.number().optional(),
});

const SEAL_MS = "must be 20 to 60000 ms, or such a number per lane: {telemetry: 350, events: 100}";
const SealMs = z.int(SEAL_MS).min(20, SEAL_MS).max(60_000, SEAL_MS);

/** Everything an edge worker can be told. Paths in a file are relative to that file. */
export const EdgeConfig = z.strictObject({
  node: NodeId,
  site: z.string().max(63).optional(),
  labels: z.record(z.string().max(63), z.string().max(253)).default({}),
  url: z
    .url({ protocol: /^(mqtts?|wss?)$/, error: "must be an address such as mqtt://127.0.0.1:1883" })
    .default("mqtt://127.0.0.1:1883"),
  token: z.string().min(1).optional(),
  tokenFile: z.string().min(1).optional(),
  controlPlaneUrl: z
    .url({ protocol: /^https?$/, error: "must be an address such as http://127.0.0.1:3000" })
    .optional(),
  dataDir: z.string().min(1).optional(),
  host: z.string().min(1).default("127.0.0.1"),
  port: z.coerce.number().pipe(z.int().min(0).max(65_535)).default(9_201),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  sealMs: z
    .preprocess(
      (value) => (typeof value === "string" ? Number(value) : value), // a variable is text
      z.union(
        [SealMs, z.strictObject({ telemetry: SealMs, events: SealMs, inference: SealMs, media: SealMs }).partial()],
        { error: SEAL_MS },
      ),
    )
    .default(LIVE_SEAL_MS),
  quotaMb: z.coerce.number().positive().default(512),
  pipelineStateMb: z.coerce.number().positive().default(8),
  memoryMb: z.coerce.number().min(128).default(256),
  probeMemoryMb: z.coerce.number().min(200).default(600),
  probeTimeoutMs: z.coerce.number().min(500).max(10_000).default(8_000),
  streams: z.array(Stream).default([]),
  adapters: z.array(AdapterConfig).default([]),
  slots: z.array(Slot).max(64).default([]),
  pipelines: z.array(z.record(z.string(), z.unknown())).max(64).default([]),
});
type Parsed = z.infer<typeof EdgeConfig>;
export type EdgeConfig = Omit<Parsed, "token" | "tokenFile" | "dataDir"> & { token: string; dataDir: string };

/** What can be said in the environment: variable → setting. */
export const ENVIRONMENT = {
  EDGE_NODE: "node",
  EDGE_SITE: "site",
  EDGE_URL: "url",
  EDGE_TOKEN: "token",
  EDGE_TOKEN_FILE: "tokenFile",
  EDGE_CONTROL_PLANE_URL: "controlPlaneUrl",
  EDGE_DATA_DIR: "dataDir",
  EDGE_HOST: "host",
  EDGE_PORT: "port",
  EDGE_LOG_LEVEL: "logLevel",
  EDGE_SEAL_MS: "sealMs",
  EDGE_QUOTA_MB: "quotaMb",
  EDGE_PIPELINE_STATE_MB: "pipelineStateMb",
  EDGE_MEMORY_MB: "memoryMb",
  EDGE_PROBE_MEMORY_MB: "probeMemoryMb",
  EDGE_PROBE_TIMEOUT_MS: "probeTimeoutMs",
} as const satisfies Record<string, keyof Parsed>;

export interface ConfigFault {
  path: string;
  message: string;
  fix: string;
}

/** The configuration cannot be used; every fault names where and what to change. Exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  constructor(readonly faults: readonly ConfigFault[]) {
    super(faults.map(({ path, message, fix }) => `${path || "configuration"}: ${message}\n  Fix: ${fix}`).join("\n"));
    this.name = "ConfigError";
  }
}

export type Source = { kind: "file"; name: string } | { kind: "environment"; name: string } | { kind: "default" };

export interface LoadedConfig {
  config: EdgeConfig;
  /** where each setting came from */
  sources: ReadonlyMap<string, Source>;
}

/** What was said and where, whether or not it can be used; `config` is null while there are faults. */
export interface ReadConfig {
  config: EdgeConfig | null;
  /** the settings as they were given, without defaults */
  given: Readonly<Record<string, unknown>>;
  sources: ReadonlyMap<string, Source>;
  faults: readonly ConfigFault[];
}

/**
 * File (EDGE_CONFIG, YAML or JSON), over it the EDGE_* variables, under both the defaults.
 * @throws {ConfigError} with every fault found
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined = env["EDGE_CONFIG"],
): LoadedConfig {
  const { config, sources, faults } = readConfig(env, file);
  if (config === null) throw new ConfigError(faults);
  return { config, sources };
}

/** Like `loadConfig`, but gives the faults back beside what could be read. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined = env["EDGE_CONFIG"],
): ReadConfig {
  const faults: ConfigFault[] = [];
  const document = file === undefined ? {} : readFile(file, faults);
  const isUnreadable = faults.length > 0;
  const sources = new Map<string, Source>(
    Object.keys(document).map((key) => [key, { kind: "file", name: file ?? "" }]),
  );
  for (const name of Object.keys(env).filter(
    (key) => key.startsWith("EDGE_") && key !== "EDGE_CONFIG" && !(key in ENVIRONMENT),
  )) {
    faults.push({
      path: name,
      message: "no such variable",
      fix: `Remove it. Known: EDGE_CONFIG, ${Object.keys(ENVIRONMENT).join(", ")}.`,
    });
  }
  for (const [name, setting] of Object.entries(ENVIRONMENT)) {
    const value = env[name];
    if (value === undefined || value === "") continue;
    document[setting] = value;
    sources.set(setting, { kind: "environment", name });
  }
  const result = (config: EdgeConfig | null): ReadConfig => ({ config, given: document, sources, faults });
  const parsed = EdgeConfig.safeParse(document);
  // a file that cannot be read lacks everything: to say so for each setting would bury the one fault
  if (!parsed.success && !isUnreadable) faults.push(...parsed.error.issues.map((issue) => faultOf(issue, sources)));
  if (faults.length > 0 || !parsed.success) return result(null);

  const folder = file === undefined ? process.cwd() : dirname(resolve(file));
  const inFolder = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const config = {
    ...parsed.data,
    dataDir: parsed.data.dataDir ? inFolder(parsed.data.dataDir) : resolve(".throughline", "edge", parsed.data.node),
    adapters: parsed.data.adapters.map((adapter) =>
      adapter.kind === "replay" ? { ...adapter, file: inFolder(adapter.file) } : adapter,
    ),
    slots: parsed.data.slots.map((slot) => ({
      ...slot,
      ...(slot.model ? { model: inFolder(slot.model) } : {}),
      ...(slot.manifest ? { manifest: inFolder(slot.manifest) } : {}),
    })),
  };
  const { token, tokenFile, ...rest } = config;
  faults.push(...checkTogether(config));
  const secret = token ?? (tokenFile === undefined ? "" : readToken(inFolder(tokenFile), faults));
  if (token === undefined && tokenFile === undefined) {
    faults.push({
      path: "token",
      message: "the node has no token to log in with",
      fix: `Run "throughline node add ${config.node}" and put what it prints into EDGE_TOKEN, or into a file named by tokenFile.`,
    });
  }
  return result(faults.length > 0 ? null : { ...rest, token: secret });
}

/** An empty document, and a fault, when the file cannot be read. */
function readFile(file: string, faults: ConfigFault[]): Record<string, unknown> {
  const fail = (message: string, fix: string): Record<string, unknown> => {
    faults.push({ path: file, message, fix });
    return {};
  };
  let document: unknown;
  try {
    document = parseYaml(readFileSync(file, "utf8"), { maxAliasCount: 100 });
  } catch (cause) {
    if (!existsSync(file)) return fail("there is no such file", "Correct its name, or EDGE_CONFIG.");
    return fail(
      `neither YAML nor JSON: ${cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause)}`,
      "Correct the line that is named.",
    );
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(document ?? {});
  return parsed.success ? parsed.data : fail("not a map of settings", "Start with lines such as node: press-line-1.");
}

function readToken(file: string, faults: ConfigFault[]): string {
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  faults.push({
    path: "tokenFile",
    message: `there is no file ${file}`,
    fix: "Correct the path, or write the node's token into it.",
  });
  return "";
}

function faultOf(issue: z.core.$ZodIssue, sources: ReadonlyMap<string, Source>): ConfigFault {
  const [first] = issue.path;
  const source = first === undefined ? undefined : sources.get(String(first));
  const path = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return {
      path,
      message: `no such setting: ${issue.keys.join(", ")}`,
      fix: "Remove it, or see --explain for the names.",
    };
  }
  const where = source?.kind === "environment" ? `${source.name} (${path})` : path;
  const isMissing = issue.code === "invalid_type" && issue.input === undefined && first !== undefined && !source;
  return {
    path: where,
    message: isMissing ? "is missing" : issue.message,
    fix: `${isMissing ? "Set" : "Correct"} ${where}; --explain says what it means.`,
  };
}

/** Faults that lie between settings: names used twice, streams that nobody declared, files that are not there. */
function checkTogether(config: Omit<Parsed, "token" | "tokenFile">): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const once = (what: string, names: readonly string[]): void => {
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) !== index)
        faults.push({ path: `${what}[${index}]`, message: `"${name}" is there twice`, fix: "Give each its own name." });
    }
  };
  once(
    "streams",
    config.streams.map(({ key }) => key),
  );
  once(
    "slots",
    config.slots.map(({ slot }) => slot),
  );
  const known = new Set([...config.streams, ...config.adapters.flatMap(streamsBrought)].map(({ key }) => key));
  config.adapters.forEach((adapter, index) => {
    const named = streamsOf(adapter);
    for (const [path, key] of named) {
      if (!known.has(key) && !key.includes("{")) {
        faults.push({
          path: `adapters[${index}].${path}`,
          message: `no stream "${key}" is declared`,
          fix: "Add it under streams, with its quantity and unit.",
        });
      }
    }
    if (adapter.kind === "replay") {
      if (!existsSync(adapter.file))
        faults.push({
          path: `adapters[${index}].file`,
          message: `there is no file ${adapter.file}`,
          fix: "Correct the path; it is relative to the configuration file.",
        });
      if (adapter.loop && adapter.time === "capture") {
        faults.push({
          path: `adapters[${index}].loop`,
          message: "a loop would send the same capture times again",
          fix: "Use time: now, or leave loop out.",
        });
      }
    }
  });
  config.slots.forEach(({ model }, index) => {
    if (model === undefined && config.controlPlaneUrl === undefined)
      faults.push({
        path: `slots[${index}].model`,
        message: "is missing, and no controlPlaneUrl is set to fetch one from",
        fix: "Name the .onnx file, or set controlPlaneUrl (EDGE_CONTROL_PLANE_URL) to the address of the pages.",
      });
    if (model !== undefined && !existsSync(model))
      faults.push({
        path: `slots[${index}].model`,
        message: `there is no file ${model}`,
        fix: "Correct the path; it is relative to the configuration file.",
      });
  });
  return faults;
}

/** A simulated plant brings its streams along, so that others may read into them. */
function streamsBrought(adapter: AdapterConfig): { key: string }[] {
  return adapter.kind === "simulator" ? simulatorStreams(adapter) : [];
}

function streamsOf(adapter: AdapterConfig): [path: string, key: string][] {
  switch (adapter.kind) {
    case "replay":
      return Object.entries(adapter.columns).map(([column, key]) => [`columns.${column}`, key]);
    case "mqtt":
      return adapter.subscriptions.flatMap(({ values }, at) =>
        values.map(({ stream }, index): [string, string] => [`subscriptions[${at}].values[${index}].stream`, stream]),
      );
    case "http":
      return adapter.values.map(({ stream }, index) => [`values[${index}].stream`, stream]);
    case "simulator":
      return [];
  }
}
