import { parseArgs } from "node:util";
import { EXIT_FAILURE, type Command } from "@/cli/command";
import { findConnection, type Connection } from "@/cli/connection";
import type { Finding } from "@/cli/doctor/check";
import {
  checkChromium,
  checkDataFolder,
  checkDisk,
  checkInstall,
  checkMemory,
  checkMosquitto,
  checkNode,
  checkPages,
  checkPorts,
} from "@/cli/doctor/machine";
import { checkMigrations } from "@/cli/doctor/migrations";
import { checkObjectStore } from "@/cli/doctor/objects";
import { checkSecret } from "@/cli/doctor/secret";
import { checkBroker, checkDatabase, checkMqttHost } from "@/cli/doctor/services";
import { findInstance } from "@/cli/instance";
import { readSettings, type Settings } from "@/cli/settings";

const MARKS = { ok: "✓", warn: "!", fail: "✗" } as const;

export const command: Command = {
  help: `throughline doctor [--json]

Checks this machine and, when Throughline runs here or DATABASE_URL and MQTT_URL are set, its database, the migrations it waits for,
and its broker; and the object store, by writing, reading and removing a small object.
✓ is well, ! works but could be better, ✗ must be mended; below ! and ✗ stands what to do. Exit code 1 when anything is ✗.
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { json: { type: "boolean" } } });
    const settings = readSettings(process.env);
    const findings = await examine(settings);
    const failed = findings.filter(({ state }) => state === "fail").length;
    if (values.json) process.stdout.write(`${JSON.stringify({ ok: failed === 0, findings })}\n`);
    else {
      for (const { check, state, found, fix } of findings)
        process.stdout.write(
          `${MARKS[state]} ${check.padEnd(13)} ${found}\n${fix === "" ? "" : `  ${"".padEnd(13)} → ${fix}\n`}`,
        );
      process.stdout.write(
        failed === 0 ? "\nNothing stands in the way.\n" : `\n${failed} to mend before Throughline can run.\n`,
      );
    }
    return failed === 0 ? 0 : EXIT_FAILURE;
  },
};

async function examine(settings: Settings): Promise<Finding[]> {
  const instance = findInstance(settings.dataDir);
  const connection = knownConnection(settings, instance?.ready ?? false);
  const [ports, database, migrations, objects, broker] = await Promise.all([
    checkPorts(settings, instance),
    checkDatabase(settings, connection),
    checkMigrations(connection),
    checkObjectStore(settings),
    checkBroker(settings, connection, instance?.broker ?? null),
  ]);
  return [
    checkNode(),
    checkInstall(),
    checkDataFolder(settings),
    checkDisk(settings),
    checkMemory(),
    ...ports,
    ...database,
    migrations,
    objects,
    checkSecret(settings),
    broker,
    ...checkMqttHost(settings, instance?.mqttNetwork),
    checkMosquitto(),
    checkPages(),
    checkChromium(),
  ];
}

/** Null where the embedded parts do not run yet: then there is nothing to ask. */
function knownConnection(settings: Settings, running: boolean): Connection | null {
  if (running || settings.databaseUrl !== null) return findConnection(settings);
  return settings.mqttUrl === null
    ? null
    : {
        databaseUrl: "",
        databaseOwnerUrl: "",
        mqttUrl: settings.mqttUrl,
        nodeUrl: settings.mqttUrl,
        deviceUrl: settings.mqttUrl,
      };
}
