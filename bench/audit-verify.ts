import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removePostgresData, startPostgres } from "@/cli/embedded/postgres";
import { openPool } from "@/db/client";
import { migrate } from "@/db/migrate";
import { verifyAudit } from "@/server/audit/verify";

/** How fast the chain of the audit log is verified, and how much memory that takes: `npm run bench -- audit`. */
const ROWS = 100_000;
const PORT = 54_000 + (process.pid % 900);

const folder = mkdtempSync(join(tmpdir(), "tl-bench-audit-"));
chmodSync(folder, 0o755);
const dataDir = join(folder, "postgres");
const server = await startPostgres({ dataDir, port: PORT, password: "bench" });
try {
  await migrate({ url: server.url });
  const pool = openPool(server.url, { max: 2, applicationName: "bench", statementTimeoutMs: 0 });
  await pool.query(
    `insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject, before, after)
     select first_org(), 'user', 'u-' || i % 50, 'Somebody', 'node.accept', 'node:edge-' || i, '{"status": "proposed"}', '{"status": "accepted", "streams": 12}'
     from generate_series(1, $1) i`,
    [ROWS],
  );
  const started = performance.now();
  const verdict = await verifyAudit(pool, []);
  const perS = Math.round(verdict.rows / ((performance.now() - started) / 1_000));
  if (verdict.problem) throw new Error(verdict.problem.what);
  const line = {
    area: "audit",
    figure: "audit.verify_rows_per_s",
    value: perS,
    unit: "1/s",
    goal: ">= 50000",
    n: ROWS,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (!(perS >= 50_000)) process.exitCode = 1;
  await pool.end();
} finally {
  await server.stop();
  removePostgresData(dataDir);
  rmSync(folder, { recursive: true, force: true });
}
