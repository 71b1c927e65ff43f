import { test as base, type BrowserContext } from "@playwright/test";
import { embeddedDatabase } from "@/cli/connection";
import { readSecrets } from "@/cli/secrets";
import { Access } from "@/db/access";
import { openPool } from "@/db/client";
import { sessionCookieName } from "@/server/core/deployment";
import { sealSession, startSession } from "@/server/core/session";
import { findDemoPerson } from "@/server/identity/demo-people";

export type Person = "executive" | "technician" | "data-scientist" | "chair" | "member" | "admin";

export interface SignedIn {
  person: Person;
  userId: string;
  /** What the browser's cookie is called and holds. */
  cookie: { name: string; value: string };
}

/** Gives somebody of the demo a session row and the cookie for it: no trip through the sign-in page. */
export async function startSessionOf(dataDir: string, postgresPort: number, person: Person): Promise<SignedIn> {
  const secrets = readSecrets(dataDir);
  const database = embeddedDatabase(postgresPort, secrets);
  if (!database || !secrets?.webSession) throw new Error(`no stack runs from ${dataDir}`);
  const pool = openPool(database.app, { max: 1, applicationName: "throughline-e2e", statementTimeoutMs: 10_000 });
  try {
    const sql = new Access(pool, "all");
    const userId = await findDemoPerson(sql, person);
    if (userId === null) throw new Error(`the demo has no ${person}`);
    const sid = await startSession(sql, { userId, ip: "e2e", userAgent: "e2e" });
    const cookie = { name: sessionCookieName(false), value: await sealSession(sid, secrets.webSession) };
    return { person, userId, cookie };
  } finally {
    await pool.end();
  }
}

/** The same for the stack that the global setup started. */
function startSessionHere(person: Person): Promise<SignedIn> {
  const { TL_E2E_DATA, TL_E2E_POSTGRES_PORT } = process.env;
  if (!TL_E2E_DATA) throw new Error("no stack runs: the global setup did not finish");
  return startSessionOf(TL_E2E_DATA, Number(TL_E2E_POSTGRES_PORT), person);
}

async function wear(context: BrowserContext, { cookie }: SignedIn): Promise<void> {
  await context.clearCookies({ name: cookie.name });
  await context.addCookies([{ ...cookie, domain: "localhost", path: "/", httpOnly: true, sameSite: "Lax" }]);
}

/** Journeys run as the administrator unless they say who they are: `signInAs("technician")` before the first page. */
export const test = base.extend<{ signInAs: (person: Person) => Promise<SignedIn> }>({
  signInAs: async ({ context }, use) => {
    await use(async (person) => {
      const session = await startSessionHere(person);
      await wear(context, session);
      return session;
    });
  },
});

export { expect } from "@playwright/test";
