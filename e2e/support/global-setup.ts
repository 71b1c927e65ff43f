import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, startTestStack } from "@/cli/testing-stack";
import { startFeed } from "./feed";
import { startIdentityProvider } from "./identity-provider";
import { startSessionOf } from "./people";

/** Starts the product as a person would, and a sensor that the journeys look at. @returns what stops both */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const [web = 0, oidc = 0] = await freePorts(2);
  const identityProvider = await startIdentityProvider(oidc, web);
  const stack = await startTestStack({
    web,
    env: {
      // As short a past as holds the three stories.
      THROUGHLINE_HISTORY_DAYS: "3",
      // The page with every component in every state is looked at by axe too.
      THROUGHLINE_DESIGN: "1",
      ...identityProvider.env,
    },
  });
  const { dataDir, ports } = stack;
  const feed = await startFeed(join(dataDir, "e2e-feed"), stack.addNode);
  process.env.TL_E2E_URL = stack.url;
  process.env.TL_E2E_DATA = dataDir;
  process.env.TL_E2E_POSTGRES_PORT = String(ports.postgres);
  process.env.TL_E2E_STATE = await signedInAsAdmin(dataDir, ports.postgres);
  process.env.TL_E2E_MQTT_PORT = String(ports.mqtt);

  return async () => {
    await feed.stop();
    await identityProvider.stop();
    await stack.stop();
  };
}

/** A file with the administrator's cookie, which every browser of the journeys starts with. */
async function signedInAsAdmin(dataDir: string, postgresPort: number): Promise<string> {
  const { cookie } = await startSessionOf(dataDir, postgresPort, "admin");
  const state = join(dataDir, "e2e-admin.json");
  const kept = {
    ...cookie,
    domain: "localhost",
    path: "/",
    expires: -1,
    httpOnly: true,
    secure: false,
    sameSite: "Lax",
  };
  writeFileSync(state, JSON.stringify({ cookies: [kept], origins: [] }));
  return state;
}
