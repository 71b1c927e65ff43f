import { randomBytes } from "node:crypto";
import { cloneTestDb } from "@/db/testing";
import startTestServer from "@/db/testing-server";
import { openVisit } from "@/server/core/context";
import { hashSecret } from "@/server/core/secrets-hash";
import { wireForm } from "@/server/core/wire-form";
import { createCaller } from "@/server/root";
import { fillPortfolio, SIZE } from "./value/portfolio-rows";

/**
 * What the server does for `/portfolio` with 500 use cases on 2,000 assets: who asks, their rows under row-level security, where each use case
 * stands, and the answer as text. Nothing is shared between two readings. `npm run bench -- value`.
 */
const RUNS = Number(process.env.BENCH_ROUNDS ?? 60);
const WARM_UP = 10;

const stopServer = await startTestServer();
const db = await cloneTestDb();
try {
  await fillPortfolio(db.owner);
  const token = await executive();
  const took: number[] = [];
  let bytes = 0;
  for (let run = 0; run < WARM_UP + RUNS; run += 1) {
    const started = performance.now();
    const caller = createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` })));
    const portfolio = await caller.value.portfolio();
    bytes = JSON.stringify(wireForm.serialize(portfolio)).length;
    if (portfolio.rows.length !== SIZE.useCases) throw new Error(`${portfolio.rows.length} use cases came`);
    if (run >= WARM_UP) took.push(performance.now() - started);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => Math.round((took[Math.floor(took.length * share)] ?? Number.NaN) * 10) / 10;
  const figure = {
    area: "value",
    figure: "value.portfolio_500_2000_p95_ms",
    value: at(0.95),
    unit: "ms",
    goal: "<= 150",
  };
  process.stdout.write(
    `${JSON.stringify({ ...figure, n: took.length, p50: at(0.5), kb: Math.round(bytes / 1_024) })}\n`,
  );
} finally {
  await db.drop();
  await stopServer();
}

/** A token of somebody who reads the portfolio of the whole organisation. */
async function executive(): Promise<string> {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name) values ('executive@bench.invalid', 'Executive') returning id",
  );
  const id = rows[0]?.id;
  await db.owner.query("insert into memberships (user_id, role, granted_by) values ($1, 'executive', 'bench')", [id]);
  await db.owner.query(
    "insert into api_tokens (user_id, name, token_hash, hint, access, created_by, expires_at) values ($1, 'bench', $2, 'tlp_', 'write', 'bench', now() + interval '1 hour')",
    [id, hashSecret(token)],
  );
  return token;
}
