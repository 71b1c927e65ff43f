import { Client } from "pg";
import type { Connection } from "@/cli/connection";
import { errorText } from "@/server/core/errors";
import { MigrationError, pendingMigrations } from "@/db/migrate";
import { fail, ok, warn, type Finding } from "./check";

const INSUFFICIENT_PRIVILEGE = "42501";

/** Whether the database is at this release. */
export async function checkMigrations(connection: Connection | null): Promise<Finding> {
  if (connection === null || connection.databaseOwnerUrl === "") return ok("migrations", "applied at each start");
  const client = new Client({
    connectionString: connection.databaseOwnerUrl,
    application_name: "throughline-doctor",
    connectionTimeoutMillis: 5_000,
  });
  client.on("error", () => undefined); // told by the query that fails
  try {
    await client.connect();
    return judgeMigrations(await pendingMigrations(client));
  } catch (cause) {
    return judgeRefusal(cause);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** An empty database gets its tables at the next start; one with data of an earlier release is told before this release runs on it. */
export function judgeMigrations({ pending, applied }: { pending: readonly string[]; applied: number }): Finding {
  const [next] = pending;
  if (next === undefined) return ok("migrations", `none pending; ${applied} applied`);
  const count = pending.length === 1 ? "1 is pending" : `${pending.length} are pending`;
  if (applied === 0)
    return warn("migrations", `${count}: the database is empty`, "Run: throughline migrate (npm start does so, too)");
  return fail(
    "migrations",
    `${count}, from ${next} on: the database is of an earlier release`,
    "Make a backup, then run: throughline migrate",
  );
}

/** Why nobody can say what is pending, and what to do. */
export function judgeRefusal(cause: unknown): Finding {
  if (cause instanceof MigrationError) {
    const [what = cause.message, ...todo] = cause.message.split(/(?<=\.) /);
    return fail("migrations", what, todo.join(" "));
  }
  if (cause instanceof Error && "code" in cause && cause.code === INSUFFICIENT_PRIVILEGE)
    return warn(
      "migrations",
      "not known: the role of DATABASE_URL may not see them",
      "Set DATABASE_OWNER_URL to the role that owns the tables.",
    );
  return warn(
    "migrations",
    `not known: ${errorText(cause) || "no answer"}`,
    "Check DATABASE_OWNER_URL (or DATABASE_URL), and that the server runs and lets this user in.",
  );
}
