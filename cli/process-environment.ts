import { nodeEnvironment } from "./build";
import type { Secrets } from "./secrets";
import type { Settings } from "./settings";

/** What processes find at addresses that are known only once database and broker run. */
export interface Addresses {
  /** As the application role. */
  databaseUrl: string;
  /** As the control plane, with user; null when no broker is known. */
  mqttUrl: string | null;
}

type Environment = Record<string, string>;

/** What every process of the control plane is told. */
function common(settings: Settings, { databaseUrl }: Addresses): Environment {
  return {
    DATABASE_URL: databaseUrl,
    OBJECT_STORE_URL: settings.objectStoreUrl,
    THROUGHLINE_DATA: settings.dataDir,
  };
}

/** The secret that was set, else the one made for this data folder, whoever owns the database. */
function sealing(settings: Settings, secrets: Secrets | null): Environment {
  const secret = settings.handedOn.web.THROUGHLINE_SECRET ?? secrets?.webSession;
  return secret === undefined ? {} : { THROUGHLINE_SECRET: secret };
}

export function ingestEnvironment(settings: Settings, addresses: Addresses): Environment {
  return {
    ...common(settings, addresses),
    ...(addresses.mqttUrl === null ? {} : { MQTT_URL: addresses.mqttUrl }),
    INGEST_PORT: String(settings.ports.ingest),
    ...nodeEnvironment("ingest"),
    ...settings.handedOn.ingest,
  };
}

/** The jobs process seals the heads of the audit log with the web process's secret. */
export function jobsEnvironment(settings: Settings, secrets: Secrets | null, addresses: Addresses): Environment {
  return {
    ...common(settings, addresses),
    ...sealing(settings, secrets),
    JOBS_PORT: String(settings.ports.jobs),
    ...settings.handedOn.jobs,
  };
}

export function webEnvironment(settings: Settings, secrets: Secrets | null, addresses: Addresses): Environment {
  return {
    ...common(settings, addresses),
    ...sealing(settings, secrets),
    NEXTAUTH_URL: `http://localhost:${settings.ports.web}`,
    ...(settings.demo === null ? {} : { THROUGHLINE_DEMO: settings.demo ? "1" : "0" }),
    PORT: String(settings.ports.web),
    NEXT_TELEMETRY_DISABLED: "1",
    ...settings.handedOn.web,
  };
}

/** Where this machine reaches the pages. */
export function webAddress({ webHost, ports }: Pick<Settings, "webHost" | "ports">): string {
  return `http://${webHost.includes(":") ? `[${webHost}]` : webHost}:${ports.web}`;
}
