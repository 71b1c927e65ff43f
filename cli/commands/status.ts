import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { EXIT_FAILURE, type Command } from "@/cli/command";
import { findInstance, runFolder } from "@/cli/instance";
import { isSameProcess, readPidFile } from "@/cli/processes";
import { readSettings } from "@/cli/settings";

interface Part {
  name: string;
  pid: number;
  alive: boolean;
  health: string;
}

export const command: Command = {
  help: `throughline status [--json]

What runs from this data folder, with process ids and health. Exit code 0 when everything runs and is well, else 1.
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { json: { type: "boolean" } } });
    const { dataDir } = readSettings(process.env);
    const instance = findInstance(dataDir);
    if (!instance) {
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ running: false, dataDir })}\n`
          : `Nothing runs from ${dataDir}. Start it with: npm start\n`,
      );
      return EXIT_FAILURE;
    }
    const files = readdirSync(runFolder(dataDir))
      .filter((file) => file.endsWith(".pid"))
      .sort();
    const parts = await Promise.all(
      files.map(async (file): Promise<Part[]> => {
        const noted = readPidFile(join(runFolder(dataDir), file));
        if (!noted) return [];
        const name = basename(file, ".pid");
        const url = instance.health[name];
        return [
          {
            name,
            pid: noted.pid,
            alive: isSameProcess(noted),
            health: url === undefined ? "no health page" : await askHealth(url),
          },
        ];
      }),
    ).then((lists) => lists.flat());
    const well =
      instance.ready && parts.every(({ alive, health }) => alive && (health === "ok" || health === "no health page"));
    if (values.json)
      process.stdout.write(
        `${JSON.stringify({ running: true, ready: instance.ready, well, pid: instance.pid, startedAt: instance.startedAt, dataDir, web: instance.web, mqtt: instance.mqtt, broker: instance.broker, parts })}\n`,
      );
    else {
      process.stdout.write(
        `Throughline ${instance.ready ? "runs" : "is starting"} (process ${instance.pid}, since ${instance.startedAt}) from ${dataDir}\n  Web ${instance.web}   MQTT ${instance.mqtt ?? "not yet"}\n`,
      );
      for (const part of parts)
        process.stdout.write(
          `  ${part.alive ? "✓" : "✗"} ${part.name.padEnd(16)} process ${String(part.pid).padEnd(8)} ${part.health}\n`,
        );
    }
    return well ? 0 : EXIT_FAILURE;
  },
};

async function askHealth(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    return response.ok ? "ok" : `says ${response.status}`;
  } catch {
    return "does not answer";
  }
}
