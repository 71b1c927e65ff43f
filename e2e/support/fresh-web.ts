import { embeddedDatabase } from "@/cli/connection";
import { readSecrets } from "@/cli/secrets";
import { openPool, withDatabase } from "@/db/client";
import { migrate } from "@/db/migrate";
import { systemContext } from "@/server/core/context";
import { issueSetUp } from "@/server/identity/password-verbs";
import { startTestWeb } from "@/server/testing-web";

const DATABASE = "e2e_fresh";

/** A web process outside of the demo, on a new and empty database of the running stack's server. */
export async function startFreshWeb(): Promise<{ url: string; setUpToken: string; stop(): Promise<void> }> {
  const { TL_E2E_DATA, TL_E2E_POSTGRES_PORT } = process.env;
  const urls = embeddedDatabase(Number(TL_E2E_POSTGRES_PORT), readSecrets(TL_E2E_DATA ?? ""));
  if (!urls) throw new Error("no stack runs: the global setup did not finish");
  const server = openPool(urls.owner, { max: 1, applicationName: "throughline-e2e", statementTimeoutMs: 60_000 });
  await server.query(`create database ${DATABASE}`);
  await migrate({ url: withDatabase(urls.owner, DATABASE) });
  const app = withDatabase(urls.app, DATABASE);
  const pool = openPool(app, { max: 1, applicationName: "throughline-e2e", statementTimeoutMs: 10_000 });
  const setUpToken = await issueSetUp(await systemContext(pool, "start"));
  await pool.end();
  if (setUpToken === null) throw new Error("an empty database is administered already");
  const web = await startTestWeb({ DATABASE_URL: app, AUTH_TRUST_HOST: "true" });
  return {
    url: web.url.replace("127.0.0.1", "localhost"),
    setUpToken,
    stop: async () => {
      await web.stop();
      await server.query(`drop database ${DATABASE} with (force)`);
      await server.end();
    },
  };
}
