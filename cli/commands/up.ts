import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, parse } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { PROJECT_ROOT } from "@/cli/build";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";
import { removeBrokerData } from "@/cli/embedded/broker-home";
import { removePostgresData } from "@/cli/embedded/postgres";
import { alreadyRuns, findInstance, runFolder, takeInstance } from "@/cli/instance";
import { startLine, type Line } from "@/cli/line";
import { boundLogs, prepareLogs } from "@/cli/log-file";
import { networkAddress } from "@/cli/embedded/broker-address";
import { demandFreePorts, type WantedPort } from "@/cli/ports";
import { endOrphans, endProcess } from "@/cli/processes";
import { Progress } from "@/cli/progress";
import { loadSecrets } from "@/cli/secrets";
import type { Past } from "@/cli/demo-plant";
import { FEWEST_DAYS, MOST_DAYS } from "@/cli/history/plan";
import { wholeNumber } from "@/cli/whole-number";
import { HistoryDays, PORT_VARIABLES, readSettings, type Settings } from "@/cli/settings";
import { Supervisor } from "@/cli/supervisor";
import { hasPages } from "@/cli/web-build";

const HELP = `throughline up [--fresh [--yes]] [--no-web] [--no-plant] [--history-days <n>] [--seed <n>]

Starts everything on this machine and keeps it running: PostgreSQL, the MQTT broker, ingest, jobs, a simulated plant with
two edge workers, and the web pages. Ctrl-C stops it all.

  --fresh      delete the data folder first and begin with an empty plant (asks; --yes answers)
  --no-web     without the web pages
  --no-plant   without the simulated plant
  --history-days <n>  days of past that the plant is given at its first start: 90 unless told (THROUGHLINE_HISTORY_DAYS), 0 = none
  --seed <n>   which machines stand there and what happened to them; 1 unless told, and fixed by the first start

Environment: PORT (3000) MQTT_PORT (1883) POSTGRES_PORT (5433) INGEST_PORT (9101) JOBS_PORT (9102) EDGE_PORT (9201 and up),
THROUGHLINE_DATA (./.throughline), BROKER=mosquitto|aedes. DATABASE_URL (with DATABASE_OWNER_URL for the migrations),
MQTT_URL and OBJECT_STORE_URL replace the embedded parts.
`;

const MIN_FREE_BYTES = 500 * 1024 * 1024;
const ORPHAN_PATIENCE_MS = 8_000;

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        fresh: { type: "boolean" },
        yes: { type: "boolean" },
        "no-web": { type: "boolean" },
        "no-plant": { type: "boolean" },
        "history-days": { type: "string" },
        seed: { type: "string" },
      },
    });
    const settings = readSettings(process.env);
    const past = {
      days: pastDays(values["history-days"]) ?? settings.historyDays,
      seed: values.seed === undefined ? null : wholeNumber(values.seed, "--seed", 0, Number.MAX_SAFE_INTEGER),
    };
    if (values.fresh) await beginAfresh(settings, values.yes ?? false);
    return up(settings, { web: !values["no-web"], plant: !values["no-plant"], past });
  },
};

function pastDays(text: string | undefined): number | null {
  if (text === undefined) return null;
  const days = HistoryDays.safeParse(text);
  if (days.success && text.trim() !== "") return days.data;
  throw new CliError(
    `--history-days is ${JSON.stringify(text)}.`,
    `Give 0 for no past, or ${FEWEST_DAYS} to ${MOST_DAYS} days.`,
    EXIT_USAGE,
  );
}

/** Runs until it is told to stop. @returns the exit code */
async function up(settings: Settings, parts: { web: boolean; plant: boolean; past: Past }): Promise<number> {
  const progress = new Progress();
  prepareFolder(settings.dataDir);
  const web = `http://localhost:${settings.ports.web}`;
  const instance = takeInstance(settings.dataDir, {
    startedAt: new Date().toISOString(),
    ready: false,
    web,
    mqtt: null,
    broker: null,
    postgresPort: null,
    health: {},
  });
  const supervisor = new Supervisor(runFolder(settings.dataDir), (sentence) => progress.say(`  ! ${sentence}`));
  const stopBounding = boundLogs(settings.dataDir);
  const stop = listenForStop();
  let line: Line | null = null;
  try {
    progress.say("Throughline is starting.");
    const orphans = await endOrphans(runFolder(settings.dataDir), ORPHAN_PATIENCE_MS);
    if (orphans.length > 0)
      progress.say(`  ! The last run was killed; stopped what it left behind: ${orphans.join(", ")}.`);
    await demandFreePorts(wantedPorts(settings, parts));
    const starting = startLine({ settings, secrets: loadSecrets(settings.dataDir), supervisor, progress, ...parts });
    line = await Promise.race([starting, stop.requested.then(() => null)]);
    if (line === null) {
      await Promise.all([
        supervisor.stopAll(),
        starting.then(
          (late) => late.close(),
          () => undefined,
        ),
      ]); // told to stop meanwhile: what fails no longer matters
      return 0;
    }
    instance.update({
      ready: true,
      mqtt: line.mqttUrl,
      ...(line.mqttControl === null ? {} : { mqttControl: line.mqttControl }),
      mqttNetwork: networkUrl(settings, line),
      broker: line.broker,
      postgresPort: settings.databaseUrl === null ? settings.ports.postgres : null,
      health: line.health,
    });
    progress.say(readyText(settings, parts, line, progress.elapsed()));
    await stop.requested;
    return 0;
  } finally {
    progress.say("Stopping.");
    await line?.close();
    await supervisor.stopAll();
    stopBounding();
    instance.release();
    stop.dispose();
    progress.say("Stopped; nothing is left running.");
  }
}

function readyText(settings: Settings, parts: { web: boolean; plant: boolean }, line: Line, seconds: string): string {
  const lines = [`Ready in ${seconds} s.`, ""];
  if (parts.web && hasPages()) lines.push(`  Open      http://localhost:${settings.ports.web}`);
  lines.push(`  MQTT      ${networkUrl(settings, line)}   (throughline node add <id> gives a login)`);
  lines.push(`  Data      ${settings.dataDir}   (logs in logs/)`);
  lines.push("", "Ctrl-C stops everything.");
  return lines.join("\n");
}

/** Where devices log in: the embedded broker may listen beyond this machine. */
function networkUrl({ mqttUrl, mqttHost, ports }: Settings, line: Line): string {
  return mqttUrl === null ? `mqtt://${networkAddress(mqttHost)}:${ports.mqtt}` : line.mqttUrl;
}

/**
 * Resolves at the first request to stop. A terminal that closes (SIGHUP) is a request as well, and so is the end of the npm that
 * started us.
 */
function listenForStop(): { requested: Promise<void>; dispose(): void } {
  let asked = 0;
  let resolve: () => void = () => undefined;
  const requested = new Promise<void>((done) => {
    resolve = done;
  });
  const ask = () => {
    asked++;
    if (asked > 1) writeSync(2, "Still stopping; please wait.\n");
    resolve();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, ask);
  // npm passes SIGTERM on to a shell that dies of it without telling us; only our parent's change tells.
  const parent = process.ppid;
  const watch =
    process.env.npm_lifecycle_event === undefined
      ? undefined
      : setInterval(() => {
          if (process.ppid !== parent) resolve();
        }, 250);
  return {
    requested,
    dispose: () => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, ask);
    },
  };
}

/** @throws {CliError} naming the folder and the fix */
function prepareFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
    if (!statSync(dataDir).isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    mkdirSync(runFolder(dataDir), { recursive: true, mode: 0o700 });
    prepareLogs(dataDir);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOSPC" || code === "EDQUOT") throw diskFull(dataDir);
    if (code === "ENOTDIR" || code === "EEXIST")
      throw new CliError(`${dataDir} is not a folder.`, "Set THROUGHLINE_DATA to a folder.", 1, { cause });
    throw new CliError(
      `Cannot write ${dataDir}: permission denied.`,
      "Give your user write access to it, or set THROUGHLINE_DATA to a folder you own.",
      1,
      { cause },
    );
  }
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < MIN_FREE_BYTES) throw diskFull(dataDir);
}

/** One level at a time: Node's recursive mkdir never returns where the system answers ENOENT to a name it cannot take (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o755 });
}

function diskFull(dataDir: string): CliError {
  return new CliError(
    `The disk that holds ${dataDir} has less than ${MIN_FREE_BYTES / 1024 / 1024} MB left.`,
    "Free some space, or set THROUGHLINE_DATA to a folder on another disk.",
  );
}

function wantedPorts(
  { ports, databaseUrl, mqttUrl }: Settings,
  { web, plant }: { web: boolean; plant: boolean },
): WantedPort[] {
  const labels = {
    web: "web",
    mqtt: "MQTT",
    postgres: "PostgreSQL",
    ingest: "ingest",
    jobs: "jobs",
    edge: "edge worker",
  } as const;
  const want = (name: keyof typeof labels): WantedPort => ({
    port: ports[name],
    label: labels[name],
    variable: PORT_VARIABLES[name],
  });
  return [
    ...(web ? [want("web")] : []),
    ...(mqttUrl === null ? [want("mqtt")] : []),
    ...(databaseUrl === null ? [want("postgres")] : []),
    want("ingest"),
    want("jobs"),
    ...(plant ? [want("edge"), { port: ports.edge + 1, label: "second edge worker", variable: "EDGE_PORT" }] : []),
  ];
}

/** Stops what runs from the data folder and deletes it, after asking. */
async function beginAfresh({ dataDir }: Settings, yes: boolean): Promise<void> {
  if (!existsSync(dataDir)) return;
  demandOurFolder(dataDir);
  if (!yes) {
    if (!process.stdin.isTTY)
      throw new CliError(
        `--fresh deletes all data in ${dataDir}, and nobody is there to confirm it.`,
        "Add --yes.",
        EXIT_USAGE,
      );
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await prompt.question(`Delete all data in ${dataDir}? Type yes: `);
    prompt.close();
    if (answer.trim() !== "yes") throw new CliError("Nothing was deleted.", "Start without --fresh to keep the data.");
  }
  const living = findInstance(dataDir);
  if (living) {
    await endProcess(living, 40_000);
    if (findInstance(dataDir)) throw alreadyRuns(dataDir, living.pid);
  }
  await endOrphans(runFolder(dataDir), ORPHAN_PATIENCE_MS);
  removePostgresData(join(dataDir, "postgres"));
  removeBrokerData(join(dataDir, "broker"));
  rmSync(dataDir, { recursive: true, force: true });
}

/** A mistyped THROUGHLINE_DATA must not delete a home folder: only what looks like ours goes. */
function demandOurFolder(dataDir: string): void {
  const forbidden = [parse(dataDir).root, homedir(), PROJECT_ROOT, dirname(PROJECT_ROOT)];
  const entries = readdirSync(dataDir);
  const ours = entries.length === 0 || entries.includes("secrets.json") || entries.includes("run");
  if (forbidden.includes(dataDir) || !ours)
    throw new CliError(
      `${dataDir} does not look like a data folder of Throughline, so it is not deleted.`,
      "Check THROUGHLINE_DATA, or delete the folder yourself.",
    );
}
