import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Pool } from "pg";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";
import { findConnection } from "@/cli/connection";
import { readSecrets } from "@/cli/secrets";
import { readSettings } from "@/cli/settings";
import { openPool } from "@/db/client";
import { type Anchor, readAnchors, sealAnchor } from "@/server/audit/chain";
import { verifyAudit } from "@/server/audit/verify";

const HELP = `throughline audit verify [--json]

Reads the whole audit log and checks that no row was changed, removed, added or moved; names the first that was.
Where it got to is kept in audit-anchors.jsonl of the data folder, under a seal, so that the next run finds a tail that was cut off.
Keep a copy of that file where the database's administrators cannot write.
`;

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: "boolean" } } });
    if (positionals.length !== 1 || positionals[0] !== "verify")
      throw new CliError("audit has one verb: verify.", "See: throughline audit --help", EXIT_USAGE);
    const settings = readSettings(process.env);
    const key = settings.webEnv.THROUGHLINE_SECRET ?? readSecrets(settings.dataDir)?.webSession;
    if (key === undefined)
      throw new CliError("There is no secret to seal with.", "Set THROUGHLINE_SECRET as for the web process.");
    const file = join(settings.dataDir, "audit-anchors.jsonl");
    const anchors = existsSync(file) ? anchorsOf(file, key) : [];
    const pool = openPool(findConnection(settings).databaseUrl, {
      max: 1,
      applicationName: "throughline-cli",
      statementTimeoutMs: 60_000,
    });
    const started = performance.now();
    const verdict = await verified(pool, anchors);
    const tookMs = Math.round(performance.now() - started);
    if (verdict.problem)
      throw new CliError(
        `The audit log is not whole: ${verdict.problem.what}.`,
        "Compare with a backup from before; docs/security/audit.md says how.",
      );
    const at = new Date().toISOString();
    for (const head of verdict.heads)
      appendFileSync(file, `${JSON.stringify(sealAnchor(head, at, key))}\n`, { mode: 0o600 });
    if (values.json) process.stdout.write(`${JSON.stringify({ rows: verdict.rows, whole: true, tookMs })}\n`);
    else process.stdout.write(`The audit log is whole: ${verdict.rows} rows in ${tookMs} ms.\n`);
    return 0;
  },
};

async function verified(pool: Pool, anchors: readonly Anchor[]) {
  try {
    return await verifyAudit(pool, anchors);
  } finally {
    await pool.end();
  }
}

function anchorsOf(file: string, key: string) {
  try {
    return readAnchors(readFileSync(file, "utf8"), key);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError(`${file}: ${cause.message}.`, "Put back the copy that you kept elsewhere.", 1, { cause });
  }
}
