import { parseArgs } from "node:util";
import { CliError, type Command } from "@/cli/command";
import { findInstance, runFolder } from "@/cli/instance";
import { endOrphans, isSameProcess, signal } from "@/cli/processes";
import { readSettings } from "@/cli/settings";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 60_000;

export const command: Command = {
  help: `throughline stop

Stops what \`throughline up\` started from this data folder, in order, and waits until nothing is left. Also ends what a
killed \`up\` left behind.
`,
  async run(args) {
    parseArgs({ args, options: {} });
    const { dataDir } = readSettings(process.env);
    const instance = findInstance(dataDir);
    if (instance) {
      signal(instance.pid, "SIGTERM");
      for (const deadline = Date.now() + PATIENCE_MS; isSameProcess(instance); await sleep(50)) {
        if (Date.now() > deadline)
          throw new CliError(
            `Process ${instance.pid} has not stopped within ${PATIENCE_MS / 1000} s.`,
            `Look at ${dataDir}/logs, or end it: kill -9 ${instance.pid}, then run "throughline stop" again.`,
          );
      }
    }
    const orphans = await endOrphans(runFolder(dataDir), 8_000);
    if (instance) process.stdout.write("Stopped.\n");
    else
      process.stdout.write(
        orphans.length > 0
          ? `Stopped what a killed run left behind: ${orphans.join(", ")}.\n`
          : `Nothing runs from ${dataDir}.\n`,
      );
    return 0;
  },
};
