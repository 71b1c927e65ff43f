import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Pool } from "pg";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";
import { withPool } from "@/cli/pool";
import { readSecrets } from "@/cli/secrets";
import { readSettings, type Settings } from "@/cli/settings";
import { type Anchor, readAnchors, sealAnchor } from "@/server/audit/chain";
import { verifyAudit } from "@/server/audit/verify";
import { audit } from "@/server/core/audit";
import { systemContext } from "@/server/core/context";
import { DomainError, errorText } from "@/server/core/errors";
import { forgetUnlisted, NOTHING_TO_COMPARE, readKeptAnchors } from "@/server/jobs/anchors";
import { openObjectStore } from "@/server/models/objects/store";

const HELP = `throughline audit verify [--json]
throughline audit restored --reason "<why>"

verify reads the whole audit log and checks that no row was changed, removed, added or moved; names the first that was. Where the log once
got to is known from audit-anchors.jsonl of the data folder, which every run adds to under a seal, and from the heads that the jobs
process copies into the object store every hour: both find a tail that was cut off. Keep a copy of that file where the database's
administrators cannot write.

restored says that the database was restored from a backup, so that it lists fewer heads than the object store has. It is written to the
audit log with the reason, and heads are copied out again from there.
`;

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: "boolean" }, reason: { type: "string" } },
    });
    const [verb, ...rest] = positionals;
    if ((verb !== "verify" && verb !== "restored") || rest.length > 0)
      throw new CliError("audit has two verbs: verify and restored.", "See: throughline audit --help", EXIT_USAGE);
    const settings = readSettings(process.env);
    if (verb === "verify") await verify(settings, values.json ?? false);
    else await noteRestored(settings, values.reason?.trim() ?? "");
    return 0;
  },
};

async function verify(settings: Settings, json: boolean): Promise<void> {
  const key = settings.handedOn.web.THROUGHLINE_SECRET ?? readSecrets(settings.dataDir)?.webSession;
  if (key === undefined)
    throw new CliError("There is no secret to seal with.", "Set THROUGHLINE_SECRET as for the web process.");
  const file = join(settings.dataDir, "audit-anchors.jsonl");
  const noted = existsSync(file) ? anchorsOf(file, key) : [];
  const started = performance.now();
  const { kept, verdict } = await withPool(
    settings,
    async (pool) => {
      const heads = await keptHeads(settings, pool, key);
      return { kept: heads, verdict: await verifyAudit(pool, [...noted, ...heads]) };
    },
    60_000,
  );
  const tookMs = Math.round(performance.now() - started);
  if (verdict.problem)
    throw new CliError(
      `The audit log is not whole: ${verdict.problem.what}.`,
      "Compare with a backup from before; docs/security/audit.md says how.",
    );
  const at = new Date().toISOString();
  for (const head of verdict.heads)
    appendFileSync(file, `${JSON.stringify(sealAnchor(head, at, key))}\n`, { mode: 0o600 });
  const heads = { ofFolder: noted.length, ofStore: kept.length };
  const said = noted.length + kept.length === 0 ? NOTHING_TO_COMPARE : null;
  if (json)
    process.stdout.write(`${JSON.stringify({ rows: verdict.rows, whole: true, tookMs, heads, unseen: said })}\n`);
  else
    process.stdout.write(
      `The audit log is whole: ${verdict.rows} rows in ${tookMs} ms.\n${said ?? `Compared with ${heads.ofFolder} heads of the data folder and ${heads.ofStore} of the object store.`}\n`,
    );
}

async function keptHeads(settings: Settings, pool: Pool, sealKey: string): Promise<Anchor[]> {
  try {
    return await readKeptAnchors({ pool, sealKey, objects: () => openObjectStore(settings.objectStoreUrl) });
  } catch (cause) {
    if (cause instanceof DomainError)
      throw new CliError(cause.message, "docs/security/audit.md says what to look at.", 1, { cause });
    throw new CliError(
      `The heads in the object store cannot be read: ${errorText(cause)}.`,
      "Set OBJECT_STORE_URL as for the jobs process, and see that it answers.",
      1,
      { cause },
    );
  }
}

async function noteRestored(settings: Settings, reason: string): Promise<void> {
  if (reason === "") throw new CliError('Say why: --reason "…".', "It is written to the audit log.", EXIT_USAGE);
  const forgotten = await withPool(settings, async (pool) => {
    const ctx = await systemContext(pool, "command line");
    const { orgId } = ctx.actor;
    const objects = () => openObjectStore(settings.objectStoreUrl);
    return ctx.transaction(async (tx) => {
      const headsForgotten = await forgetUnlisted({ pool, objects }, orgId);
      const after = { headsForgotten, reason };
      if (headsForgotten > 0) await audit(tx, ctx, { action: "audit.restored", subject: `org:${orgId}`, after });
      return headsForgotten;
    });
  });
  process.stdout.write(
    forgotten === 0
      ? "The database lists every head that the object store has: there is nothing to say.\n"
      : `${forgotten} heads that the database no longer lists are not expected any more; it is written to the audit log.\n`,
  );
}

function anchorsOf(file: string, key: string) {
  try {
    return readAnchors(readFileSync(file, "utf8"), key);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError(`${file}: ${cause.message}.`, "Put back the copy that you kept elsewhere.", 1, { cause });
  }
}
