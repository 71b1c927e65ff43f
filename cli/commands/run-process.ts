import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { bundlePath, type BundleName, nodeArgs, nodeEnvironment } from "@/cli/build";
import { CliError, type Command } from "@/cli/command";
import { findConnection } from "@/cli/connection";
import { ingestEnvironment, jobsEnvironment, webEnvironment } from "@/cli/process-environment";
import { readSecrets } from "@/cli/secrets";
import { readSettings } from "@/cli/settings";
import { isWebBuilt, webArgs } from "@/cli/web-build";

/** One process in the foreground, with the addresses of the instance that runs here unless the environment names others. */
export const ingest = {
  command: server(
    "ingest",
    "throughline ingest\n\nRuns one ingest process: MQTT in, database out. Several may run at once; give each its own INGEST_REPLICA and INGEST_PORT.\n",
  ),
};
export const jobs = {
  command: server(
    "jobs",
    "throughline jobs\n\nRuns one jobs process: rollups, compaction, retention. Several may run at once; give each its own JOBS_PORT.\n",
  ),
};
export const edge: { command: Command } = {
  command: {
    help: "throughline edge [--explain] [config file]\n\nRuns one edge worker with the configuration of EDGE_CONFIG. --explain prints what the configuration means and ends.\n",
    run: (args) => runBundle("edge", args, {}),
  },
};
export const web: { command: Command } = {
  command: {
    help: "throughline web\n\nRuns the web process on PORT (3000) of this machine. The pages must have been built, which npm start does.\n",
    async run() {
      const settings = readSettings(process.env);
      if (!isWebBuilt())
        throw new CliError(
          "The pages are not built, or their sources have changed since.",
          "Run npm start once: it builds them.",
        );
      // A demo that runs beside has said so to its own web process; alone, nobody is let in without a password unless told so.
      const env = webEnvironment(settings, readSecrets(settings.dataDir), findConnection(settings));
      return foreground(webArgs(settings.ports.web, settings.webHost), { ...process.env, ...env });
    },
  },
};

function server(name: "ingest" | "jobs", help: string): Command {
  return {
    help,
    async run(args) {
      const settings = readSettings(process.env);
      const connection = findConnection(settings);
      if (name === "jobs")
        return runBundle(name, args, jobsEnvironment(settings, readSecrets(settings.dataDir), connection));
      if (connection.mqttUrl === null)
        throw new CliError("No broker is known.", "Set MQTT_URL, or start the embedded one with `npm start`.");
      return runBundle(name, args, ingestEnvironment(settings, connection));
    },
  };
}

function runBundle(name: BundleName, args: string[], env: Record<string, string>): Promise<number> {
  if (!existsSync(bundlePath(name)))
    throw new CliError(`dist/${name}.js is missing.`, "The message above says why it cannot be built.");
  return foreground([...nodeArgs(name), ...args], { ...nodeEnvironment(name), ...process.env, ...env });
}

/** Runs node in this environment with our own terminal; signals reach it through us. @returns its exit code, as a shell would give it */
function foreground(args: string[], env: Record<string, string | undefined>): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: process.cwd(),
    env: { ...env, NODE_ENV: "production" },
    stdio: "inherit",
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, pass);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
