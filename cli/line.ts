import { existsSync } from "node:fs";
import { join } from "node:path";
import { openPool } from "@/db/client";
import { migrate } from "@/db/migrate";
import { recordBrokerTrouble } from "@/server/fabric/broker-verbs";
import { BrokerNotices } from "./broker-notices";
import { systemContext } from "@/server/core/context";
import { addDemoPeople } from "@/server/identity/demo-people";
import { errorText } from "@/server/core/errors";
import { issueSetUp } from "@/server/identity/password-verbs";
import { bundlePath, nodeArgs, PROJECT_ROOT } from "./build";
import { embeddedDatabase, withMqttUser } from "./connection";
import { syncCredentials } from "./credential-sync";
import { localAddress } from "./embedded/broker-address";
import { startBroker } from "./embedded/broker";
import type { Broker } from "./embedded/running-broker";
import { hashToken } from "@/server/core/node-token";
import { INGEST_USER, type Credentials } from "./embedded/credentials";
import { startPostgres } from "./embedded/postgres";
import { writeDemoPortfolio } from "./demo-portfolio";
import { type Past, startPlant, trainModels } from "./demo-plant";
import { logPath } from "./log-file";
import { startNodeProcess } from "./node-process";
import { type Addresses, ingestEnvironment, jobsEnvironment, webAddress, webEnvironment } from "./process-environment";
import type { Progress } from "./progress";
import type { Secrets } from "./secrets";
import type { Settings } from "./settings";
import type { Supervisor } from "./supervisor";
import { buildWeb, hasPages, isWebBuilt, webArgs } from "./web-build";

/** How soon a refusal of the broker can be seen on the page of its node. */
const NOTICES_MS = 2_000;

export interface LineOptions {
  settings: Settings;
  secrets: Secrets;
  supervisor: Supervisor;
  progress: Progress;
  /** Without pages and without the demo's plant: what a test of the rest needs. */
  web: boolean;
  plant: boolean;
  past: Past;
}

export interface Line {
  /** Address of each process's /health. */
  health: Record<string, string>;
  broker: Broker["kind"] | null;
  mqttUrl: string;
  /** The control plane's own way into the embedded broker, without user. */
  mqttControl: string | null;
  /** Work to end before the supervised processes are stopped. */
  close(): Promise<void>;
}

/**
 * Brings the whole line up. What depends on nothing starts at once (database, broker, pages); ingest and jobs follow the
 * migrations; the plant follows ingest; the web process comes when its pages are built.
 * The order of starting is the order of stopping reversed, so every writer ends before what it writes to.
 */
export async function startLine(options: LineOptions): Promise<Line> {
  const { settings, supervisor, progress } = options;
  // A build that fails is told when its turn comes, not as an unhandled rejection in the middle of the other steps.
  const settledPages = supervisor.during(preparePages(options)).then(
    () => null,
    (cause: unknown) => cause,
  );
  const models = options.plant ? supervisor.during(trainModels(options)) : Promise.resolve();
  models.catch(() => undefined); // told when the plant awaits it

  const [database, broker] = await Promise.all([prepareDatabase(options), prepareBroker(options)]);
  const stopSync = broker.follow(database.app);
  const mqttUrl = broker.url;
  const addresses: Addresses = { databaseUrl: database.app, mqttUrl: mqttUrl.ingest };
  const health: Record<string, string> = {};
  const keepServer = (name: "ingest" | "jobs", port: number, env: Record<string, string>) => {
    if (!existsSync(bundlePath(name))) return Promise.resolve();
    const readyUrl = `http://127.0.0.1:${port}/health`;
    health[name] = readyUrl;
    const label = name === "ingest" ? "Ingest" : "Jobs";
    return progress.step(label, () =>
      supervisor.keep({
        name,
        label,
        start: (stop) =>
          startNodeProcess(
            {
              name,
              args: nodeArgs(name),
              env,
              cwd: PROJECT_ROOT,
              dataDir: settings.dataDir,
              readyUrl,
            },
            stop,
          ),
      }),
    );
  };
  await Promise.all([
    // One name for good: under it ingest finds its session on the broker again.
    keepServer("ingest", settings.ports.ingest, { INGEST_REPLICA: "1", ...ingestEnvironment(settings, addresses) }),
    keepServer("jobs", settings.ports.jobs, jobsEnvironment(settings, options.secrets, addresses)),
  ]);
  let isPlantUp = !options.plant;
  const closing = new AbortController();
  let portfolio = Promise.resolve();
  const plant = async () => {
    if (!options.plant) return;
    const workers = await startPlant({
      settings,
      supervisor,
      progress,
      databaseUrl: database.app,
      mqttUrl: mqttUrl.plain,
      models,
      past: options.past,
      pages: settledPages,
    });
    isPlantUp = true;
    if (workers === null) return;
    Object.assign(health, workers);
    // Nothing waits for it: the plant is up, and what it needs announces itself within seconds.
    if (isDemo(options))
      portfolio = writeDemoPortfolio(database.app, AbortSignal.any([supervisor.stop, closing.signal])).catch(
        (cause: unknown) => progress.say(`  ! The demo's portfolio could not be written: ${errorText(cause)}`),
      );
  };
  const web = async () => {
    const pagesProblem = await settledPages;
    if (pagesProblem !== null) throw pagesProblem;
    if (!options.web || !hasPages()) return;
    health.web = await keepWeb(options, addresses);
    if (!isPlantUp) progress.say(`  → Open http://localhost:${settings.ports.web}; the plant comes up meanwhile.`);
  };
  // Whoever waits for the pages need not wait for a plant whose past is still being written.
  await Promise.all([plant(), web()]);
  const close = async () => {
    closing.abort();
    await portfolio;
    await stopSync();
  };
  return { health, broker: broker.kind, mqttUrl: mqttUrl.plain, mqttControl: mqttUrl.control, close };
}

/** @returns address of the web process's /health */
async function keepWeb(options: LineOptions, addresses: Addresses): Promise<string> {
  const { settings, secrets, supervisor, progress } = options;
  const readyUrl = `${webAddress(settings)}/api/health`;
  const env = webEnvironment({ ...settings, demo: isDemo(options) }, secrets, addresses);
  await progress.step("Web", () =>
    supervisor.keep({
      name: "web",
      label: "Web",
      start: (stop) =>
        startNodeProcess(
          {
            name: "web",
            args: webArgs(settings.ports.web, settings.webHost),
            env,
            cwd: PROJECT_ROOT,
            dataDir: settings.dataDir,
            readyUrl,
          },
          stop,
        ),
    }),
  );
  return readyUrl;
}

async function preparePages({ settings, progress, supervisor, web }: LineOptions): Promise<void> {
  if (!web || !hasPages() || isWebBuilt()) return;
  progress.say("  … building the pages (only now and when sources changed)");
  await progress.step("Pages built", () => buildWeb(settings.dataDir, supervisor.stop));
}

async function prepareDatabase(options: LineOptions): Promise<{ owner: string; app: string }> {
  const { settings, secrets, supervisor, progress } = options;
  const embedded = embeddedDatabase(settings.ports.postgres, secrets);
  if (settings.databaseUrl === null && embedded) {
    const { port, password } = { port: settings.ports.postgres, password: secrets.postgresOwner };
    await progress.step("PostgreSQL", () =>
      supervisor.keep({
        name: "postgres",
        label: "PostgreSQL",
        endWith: "SIGINT",
        start: () => startPostgres({ dataDir: join(settings.dataDir, "postgres"), port, password }),
      }),
    );
  }
  const urls =
    settings.databaseUrl === null && embedded
      ? embedded
      : { owner: settings.databaseOwnerUrl ?? "", app: settings.databaseUrl ?? "" };
  await progress.step(
    "Migrations",
    () =>
      migrate({
        url: urls.owner,
        timeseriesHome: settings.timeseriesHome ?? undefined,
        ...(settings.databaseUrl === null ? { appPassword: secrets.postgresApp } : {}),
      }),
    (applied) => (applied.length === 0 ? "none needed" : `${applied.length} applied`),
  );
  await letSomebodyIn(options, urls.app);
  return urls;
}

/** The demo's people, or, where nobody administers the installation yet, the link for its first administrator. */
async function letSomebodyIn(options: LineOptions, url: string): Promise<void> {
  const pool = openPool(url, { max: 1, applicationName: "throughline-start", statementTimeoutMs: 10_000 });
  try {
    if (isDemo(options)) return await addDemoPeople(await systemContext(pool, "demo"));
    const token = await issueSetUp(await systemContext(pool, "start"));
    if (token !== null)
      options.progress.say(
        `  ! Nobody administers this installation yet. Set it up, once: http://localhost:${options.settings.ports.web}/setup?token=${token}`,
      );
  } finally {
    await pool.end();
  }
}

/** Whether anybody may sign in as one of the demo's people: only beside the embedded database with the simulated plant, or when told so. */
function isDemo({ settings, plant }: LineOptions): boolean {
  return settings.demo ?? (plant && settings.databaseUrl === null);
}

interface BrokerHandle {
  kind: Broker["kind"] | null;
  url: { plain: string; ingest: string; control: string | null };
  /** Keeps the users equal to the table of nodes; returns what stops that. */
  follow(databaseUrl: string): () => Promise<void>;
}

async function prepareBroker({ settings, secrets, supervisor, progress }: LineOptions): Promise<BrokerHandle> {
  if (settings.mqttUrl !== null) {
    const plain = new URL(settings.mqttUrl);
    plain.username = "";
    plain.password = "";
    return {
      kind: null,
      url: { plain: plain.href.replace(/\/$/, ""), ingest: settings.mqttUrl, control: null },
      follow: () => () => Promise.resolve(),
    };
  }
  let credentials: Credentials = new Map([[INGEST_USER, hashToken(secrets.mqttIngest)]]);
  let broker: Broker | null = null;
  const notices = new BrokerNotices();
  const start = async () => {
    broker = await startBroker(
      {
        dir: join(settings.dataDir, "broker"),
        port: settings.ports.mqtt,
        host: settings.mqttHost,
        credentials,
        logFile: logPath(settings.dataDir, "broker"),
        onNotice: (notice) => notices.take(notice, Date.now()),
      },
      settings.broker ?? undefined,
    );
    return broker;
  };
  const first = await progress.step(
    "MQTT broker",
    async () => {
      await supervisor.keep({ name: "broker", label: "The MQTT broker", start });
      return broker;
    },
    (running) => `(${running?.kind ?? ""})`,
  );
  const plain = `mqtt://${localAddress(settings.mqttHost)}:${settings.ports.mqtt}`;
  return {
    kind: first?.kind ?? null,
    url: {
      plain,
      ingest: withMqttUser(first?.controlUrl ?? plain, INGEST_USER, secrets.mqttIngest),
      control: first?.controlUrl ?? null,
    },
    follow: (databaseUrl) => {
      const pool = openPool(databaseUrl, {
        max: 1,
        applicationName: "throughline-credentials",
        statementTimeoutMs: 5_000,
      });
      const stop = syncCredentials(pool, databaseUrl, secrets.mqttIngest, (current) => {
        credentials = current;
        broker?.setCredentials(current);
      });
      const record = async () => {
        const due = notices.due(Date.now());
        if (due.length > 0) await recordBrokerTrouble(pool, due).catch(() => notices.keep(due)); // the database is away
      };
      const recording = setInterval(() => void record(), NOTICES_MS);
      return async () => {
        clearInterval(recording);
        await stop();
        await pool.end();
      };
    },
  };
}
