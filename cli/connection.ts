import { withRole } from "@/db/client";
import { CliError } from "./command";
import { urlFor } from "./embedded/postgres";
import { INGEST_USER } from "./embedded/credentials";
import { findInstance } from "./instance";
import { readSecrets } from "./secrets";
import type { Settings } from "./settings";

/** Where database and broker are: those of the environment, else the embedded ones of the running instance. */
export interface Connection {
  /** As the application role. */
  databaseUrl: string;
  databaseOwnerUrl: string;
  /** As the control plane; null when no broker runs. */
  mqttUrl: string | null;
  /** Where nodes of this machine sign in, without user; null when no broker runs. */
  nodeUrl: string | null;
  /** The same as a device elsewhere reaches it; what a person is told. */
  deviceUrl: string | null;
}

/** @throws {CliError} when a part is embedded and nothing runs from the data folder */
export function findConnection(settings: Settings): Connection {
  const instance = findInstance(settings.dataDir);
  const secrets = readSecrets(settings.dataDir);
  const embedded = embeddedDatabase(instance?.postgresPort ?? null, secrets);
  const databaseUrl = settings.databaseUrl ?? embedded?.app;
  const databaseOwnerUrl = settings.databaseOwnerUrl ?? embedded?.owner;
  if (databaseUrl === undefined || databaseOwnerUrl === undefined) {
    throw new CliError(
      `Nothing runs from ${settings.dataDir}.`,
      "Start it with `npm start`, or set DATABASE_URL to the database you mean.",
    );
  }
  const mqttUrl =
    settings.mqttUrl ??
    (instance?.mqttControl && secrets ? withMqttUser(instance.mqttControl, INGEST_USER, secrets.mqttIngest) : null);
  const near = settings.mqttUrl ?? instance?.mqtt ?? null;
  const reachable = settings.mqttUrl ?? instance?.mqttNetwork ?? instance?.mqtt ?? null;
  const nodeUrl = near && withoutMqttUser(near);
  return { databaseUrl, databaseOwnerUrl, mqttUrl, nodeUrl, deviceUrl: reachable && withoutMqttUser(reachable) };
}

export function embeddedDatabase(
  port: number | null,
  secrets: { postgresOwner: string; postgresApp: string } | null,
): { owner: string; app: string } | null {
  if (port === null || secrets === null) return null;
  const owner = urlFor(port, "throughline_owner", secrets.postgresOwner);
  return { owner, app: withRole(owner, "throughline_app", secrets.postgresApp) };
}

export function withMqttUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = encodeURIComponent(user);
  changed.password = encodeURIComponent(password);
  return changed.href.replace(/\/$/, "");
}

export function withoutMqttUser(url: string): string {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  return plain.href.replace(/\/$/, "");
}
