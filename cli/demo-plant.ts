import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openPool } from "@/db/client";
import { type Ctx, systemContext } from "@/server/core/context";
import { setDesired } from "@/server/fabric/desired-verbs";
import { openObjectStore } from "@/server/models/objects/store";
import { listNodeCredentials } from "@/server/fabric/node-queries";
import { addNode, rotateNodeToken } from "@/server/fabric/node-verbs";
import { noteHistory } from "@/server/demo/verbs";
import { bundlePath, nodeArgs, nodeEnvironment, PROJECT_ROOT } from "./build";
import { CliError } from "./command";
import { withMqttUser } from "./connection";
import { hashToken, newNodeToken, tokenMatches } from "@/server/core/node-token";
import { tryLogin } from "./mqtt-login";
import { readTrained, type Trained } from "./trained-models";
import { startNodeProcess } from "./node-process";
import { DEFAULT_SCENARIOS } from "@/edge-worker/adapters/simulator/domain/scenario";
import { isWritten, readNote, toldOf } from "./history/note";
import { lastingCausesOf } from "./history/plan";
import { webAddress } from "./process-environment";
import type { Progress } from "./progress";
import type { Settings } from "./settings";
import type { Supervisor } from "./supervisor";

/** The demo's nodes: two edge workers that score with ONNX models, and one device that only speaks the SDK. */
const SITE = "lyon";
const EDGE_WORKERS = [
  { node: "edge-lyon-1", plant: "pump-house", labels: { area: "water" } },
  { node: "edge-lyon-2", plant: "press-line", labels: { area: "forming" } },
] as const;
const COLD_STORE = "cold-store-1";
const LOGIN_WITHIN_MS = 10_000;
/** A broker of somebody else's does not learn logins from us: it lets a node in at once or not at all. */
const FOREIGN_LOGIN_WITHIN_MS = 2_000;

export interface PlantOptions {
  settings: Settings;
  supervisor: Supervisor;
  progress: Progress;
  databaseUrl: string;
  /** Without user. */
  mqttUrl: string;
  /** Resolves when the models are in place; see `trainModels`. */
  models: Promise<void>;
  past: Past;
  /** Settles when the pages are built: before that nobody sees the plant, and its backlog would hold the build up. */
  pages: Promise<unknown>;
}

/** Which past the plant is given at its first start. */
export interface Past {
  /** 0 = none */
  days: number;
  /** which machines stand there, and what happened to them; null = that of the first start, or 1 */
  seed: number | null;
}

const modelFolder = ({ dataDir }: Settings) => join(dataDir, "demo", "models");

/** Trains the demo's models at first start, in a process of its own: it computes for seconds and must hold nobody up. */
export async function trainModels({
  settings,
  supervisor,
  progress,
  past,
}: Pick<PlantOptions, "settings" | "supervisor" | "progress" | "past">): Promise<void> {
  const seed = keepSeed(settings, past);
  if (readTrained(modelFolder(settings)) !== null) return;
  await progress.step("Models trained on the plant's normal running", async () => {
    const code = await runOnce({ settings, supervisor }, "train-demo", [
      "train-demo",
      modelFolder(settings),
      "--seed",
      String(seed),
    ]);
    if (code !== 0)
      throw new CliError(
        "The demo's models could not be trained.",
        `Read ${join(settings.dataDir, "logs", "train-demo.log")}, or start without the plant: npm start -- --no-plant`,
      );
  });
}

/**
 * A command of ours as a process of its own that ends by itself; it ends early when everything is told to stop. With `yields` it takes
 * only the processor time that nobody else wants.
 * @returns its exit code
 */
async function runOnce(
  { settings, supervisor }: Pick<PlantOptions, "settings" | "supervisor">,
  name: string,
  command: string[],
  { yields = false } = {},
): Promise<number | null> {
  const running = await startNodeProcess(
    {
      name,
      args: ["--enable-source-maps", bundlePath("cli"), ...command],
      env: { THROUGHLINE_DATA: settings.dataDir },
      cwd: PROJECT_ROOT,
      dataDir: settings.dataDir,
    },
    supervisor.stop,
  );
  if (yields) setPriority(running.pid, constants.priority.PRIORITY_LOW);
  const abandon = () => void running.stop();
  supervisor.stop.addEventListener("abort", abandon);
  const { code } = await running.exited;
  supervisor.stop.removeEventListener("abort", abandon);
  return code;
}

const seedPath = ({ dataDir }: Settings) => join(dataDir, "demo", "seed");

/**
 * The seed of this data folder: its machines stay those of the first start.
 * @throws {CliError} when another one is asked for
 */
function keepSeed(settings: Settings, { seed }: Past): number {
  const path = seedPath(settings);
  const kept = existsSync(path) ? Number(readFileSync(path, "utf8")) : null;
  // A folder of a release that noted none has the machines of seed 1.
  const first = kept ?? (readTrained(modelFolder(settings)) === null ? seed : null) ?? 1;
  if (seed !== null && seed !== first)
    throw new CliError(
      `The demo in ${settings.dataDir} was made with seed ${first}.`,
      `Leave out --seed, or begin again with: npm start -- --fresh --seed ${seed}`,
    );
  if (kept === null) {
    mkdirSync(join(settings.dataDir, "demo"), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${first}\n`, { mode: 0o600, flush: true });
  }
  return first;
}

/**
 * Starts the demo's plant once its models exist.
 * @returns address of each edge worker's /health; null when a broker of somebody else's does not let the demo's nodes in
 */
export async function startPlant(options: PlantOptions): Promise<Record<string, string> | null> {
  const { settings, supervisor, progress } = options;
  const tokens = await provision(options);
  if (tokens === null) return null;
  await options.models;
  const trained = readTrained(modelFolder(settings)) ?? [];
  await placeModels(options, trained);
  const seed = keepSeed(settings, options.past);
  await writePasts(options, seed);
  await options.pages;
  const health: Record<string, string> = {};
  const workers = EDGE_WORKERS.map(({ node, plant, labels }, index) => {
    const port = settings.ports.edge + index;
    const readyUrl = `http://127.0.0.1:${port}/health`;
    health[node] = readyUrl;
    const folder = join(settings.dataDir, "edge", node);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const config = join(folder, "edge.json");
    const models = trained.filter((model) => model.plant === plant);
    const document = {
      node,
      site: SITE,
      labels,
      url: options.mqttUrl,
      tokenFile: "token",
      controlPlaneUrl: webAddress(settings),
      dataDir: "buffer",
      port,
      adapters: [{ kind: "simulator", plant, seed }],
      slots: models.map(({ slot }) => ({ slot })),
      pipelines: models.map(({ pipeline }) => pipeline),
    };
    writeFileSync(config, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
    writeFileSync(join(folder, "token"), `${tokens.get(node) ?? ""}\n`, { mode: 0o600 });
    const env = { ...nodeEnvironment("edge"), EDGE_CONFIG: config };
    return progress.step(`Edge worker ${node} (${plant})`, () =>
      supervisor.keep({
        name: node,
        label: `The edge worker ${node}`,
        start: (stop) =>
          startNodeProcess(
            {
              name: node,
              args: nodeArgs("edge"),
              env,
              cwd: PROJECT_ROOT,
              dataDir: settings.dataDir,
              readyUrl,
            },
            stop,
          ),
      }),
    );
  });
  const coldStore = progress.step(`Simulated device ${COLD_STORE} (cold-store)`, () =>
    supervisor.keep({
      name: COLD_STORE,
      label: `The simulated device ${COLD_STORE}`,
      start: (stop) =>
        startNodeProcess(
          {
            name: COLD_STORE,
            args: [
              "--enable-source-maps",
              bundlePath("cli"),
              "simulate",
              "--plant",
              "cold-store",
              "--node",
              COLD_STORE,
              "--seed",
              String(seed),
              "--url",
              options.mqttUrl,
              ...lastingScenario(settings),
            ],
            env: { NODE_TOKEN: tokens.get(COLD_STORE) ?? "", THROUGHLINE_DATA: settings.dataDir },
            cwd: PROJECT_ROOT,
            dataDir: settings.dataDir,
          },
          stop,
        ),
    }),
  );
  await Promise.all([...workers, coldStore]);
  return health;
}

/** What the past changed in the cold store for good goes on in the live one, beside its usual causes. */
function lastingScenario({ dataDir }: Settings): string[] {
  const note = readNote(dataDir, COLD_STORE);
  const lasting = note === null ? [] : lastingCausesOf(note);
  if (lasting.length === 0) return [];
  const path = join(dataDir, "demo", `${COLD_STORE}.scenario.json`);
  writeFileSync(path, `${JSON.stringify([...DEFAULT_SCENARIOS["cold-store"], ...lasting], null, 2)}\n`, {
    mode: 0o600,
  });
  return ["--scenario", path];
}

/**
 * Writes the past of each node into its buffer, before its worker owns it, and notes what there will be. The worker sends it when
 * it starts. A past that is there is left as it is; nodes that lived without one keep living without.
 */
async function writePasts(options: PlantOptions, seed: number): Promise<void> {
  const { settings, progress, past } = options;
  const nodes = [...EDGE_WORKERS.map(({ node }) => node), COLD_STORE];
  const missing = nodes.filter((node) => {
    const note = readNote(settings.dataDir, node);
    return note === null ? past.days > 0 : !isWritten(note);
  });
  if (missing.length > 0)
    await progress.step(`Past of the plant, ${past.days} days`, async () => {
      const codes = await Promise.all(
        missing.map((node) =>
          // Whoever starts for the first time waits for the pages, and they are built at the same time.
          runOnce(
            options,
            `seed-${node}`,
            ["seed", "run", "--node", node, "--days", String(past.days), "--seed", String(seed)],
            { yields: true },
          ),
        ),
      );
      const failed = missing.filter((_, index) => codes[index] !== 0);
      if (failed.length > 0 && !options.supervisor.stop.aborted)
        throw new CliError(
          `The past of ${failed.join(", ")} could not be written.`,
          `Read ${join(settings.dataDir, "logs", `seed-${failed[0]}.log`)}, or start without a past: npm start -- --history-days 0`,
        );
    });
  const told = toldOf(nodes.map((node) => readNote(settings.dataDir, node)));
  if (told.histories.length === 0) return;
  const pool = openPool(options.databaseUrl, {
    max: 1,
    applicationName: "throughline-demo",
    statementTimeoutMs: 10_000,
  });
  try {
    await noteHistory(await systemContext(pool, "demo"), told);
  } finally {
    await pool.end();
  }
}

/** Keeps the models in the object store and tells the nodes to run them; they fetch them when the web process answers. */
async function placeModels({ settings, databaseUrl }: PlantOptions, trained: Trained): Promise<void> {
  const store = openObjectStore(settings.objectStoreUrl);
  const pool = openPool(databaseUrl, { max: 1, applicationName: "throughline-demo", statementTimeoutMs: 10_000 });
  try {
    const ctx = await systemContext(pool, "demo");
    for (const { node, plant } of EDGE_WORKERS) {
      const slots = [];
      for (const { slot, file } of trained.filter((model) => model.plant === plant)) {
        const artifact = await store.put(await readFile(file));
        const manifest = await store.put(await readFile(file.replace(/\.onnx$/, ".json")));
        slots.push({ slot, artifact, manifest });
      }
      await setDesired(ctx, node, { slots });
    }
  } finally {
    await pool.end();
  }
}

/** Registers the demo's nodes and waits until the broker lets them in, so that none begins with a refusal and a pause. */
async function provision({
  settings,
  progress,
  databaseUrl,
  mqttUrl,
}: PlantOptions): Promise<Map<string, string> | null> {
  const pool = openPool(databaseUrl, { max: 1, applicationName: "throughline-demo", statementTimeoutMs: 10_000 });
  try {
    const ctx = await systemContext(pool, "demo");
    const known = await listNodeCredentials(pool);
    const tokens = new Map<string, string>();
    for (const node of [...EDGE_WORKERS.map((worker) => worker.node), COLD_STORE])
      tokens.set(node, await ensureNode(ctx, settings, node, known.get(node)));
    const isForeign = settings.mqttUrl !== null;
    for (const [node, token] of tokens) {
      if (await mayLogin(withMqttUser(mqttUrl, node, token), isForeign)) continue;
      if (!isForeign) throw new CliError(`The broker does not let the demo's node ${node} in.`, "See logs/broker.log.");
      progress.say(
        `  ! The broker of MQTT_URL does not let the demo's node ${node} in, so there is no simulated plant. Give it the demo's nodes (their tokens are in ${join(settings.dataDir, "demo")}), or start with --no-plant.`,
      );
      return null;
    }
    return tokens;
  } finally {
    await pool.end();
  }
}

async function ensureNode(
  ctx: Ctx,
  { dataDir }: Settings,
  node: string,
  storedHash: string | undefined,
): Promise<string> {
  const path = join(dataDir, "demo", `${node}.token`);
  mkdirSync(join(dataDir, "demo"), { recursive: true, mode: 0o700 });
  const kept = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (kept !== "" && storedHash !== undefined && tokenMatches(kept, storedHash)) return kept;
  const token = kept === "" ? newNodeToken() : kept;
  // The file first: a token that only the table knows would be lost with a kill between the two.
  writeFileSync(`${path}.new`, `${token}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  if (storedHash === undefined)
    await addNode(ctx, { id: node, site: SITE, trusted: true, tokenHash: hashToken(token) });
  else await rotateNodeToken(ctx, node, hashToken(token));
  return token;
}

async function mayLogin(url: string, isForeign: boolean): Promise<boolean> {
  for (const deadline = Date.now() + (isForeign ? FOREIGN_LOGIN_WITHIN_MS : LOGIN_WITHIN_MS); ; await sleep(50)) {
    if (await tryLogin(url)) return true;
    if (Date.now() >= deadline) return false;
  }
}
