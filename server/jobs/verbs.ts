import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import { type Ctx, NOT_HERE } from "@/server/core/context";
import { can } from "@/server/core/domain/permissions";
import { DomainError } from "@/server/core/errors";
import { isKind, type Kind, KIND_RULES } from "./domain/kinds";
import { type ExportReadings, type RecomputeRollups } from "./domain/run";
import type { OnRun } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;
export interface Started {
  id: string;
}

/** Per person, queued or running: two run at a time, and nobody may fill the queue for everybody. */
const MOST_ACTIVE = 5;

/** Readings of streams that this person may read, as a compressed CSV file in the object store. @throws {DomainError} not_found, busy */
export async function startExport(ctx: VerbCtx, input: ExportReadings): Promise<Started> {
  return ctx.transaction((tx) => startOnStreams(tx, ctx, "export-readings", input));
}

/** Minutes, hours and days of the range anew from its raw readings. @throws {DomainError} not_found, busy */
export async function startRecompute(ctx: VerbCtx, input: RecomputeRollups): Promise<Started> {
  return ctx.transaction((tx) => startOnStreams(tx, ctx, "recompute-rollups", input));
}

export async function startVerifyAudit(ctx: VerbCtx): Promise<Started> {
  return ctx.transaction((tx) =>
    insertRun(tx, ctx, { kind: "verify-audit", title: "Verify the audit log", input: {}, teamId: null, repeats: null }),
  );
}

/** Ends a run: one that waits at once, one that runs within seconds, when it next looks. @throws {DomainError} not_found, invalid_state */
export async function cancelRun(ctx: VerbCtx, { id }: OnRun): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ state: string; title: string; asked: boolean }>(
      "select state, title, cancel_asked_at is not null as asked from job_runs where id = $1",
      [id],
    );
    const run = rows[0];
    if (!run) throw new DomainError("not_found", NOT_HERE, { id });
    const { rowCount } = await tx.query(
      `update job_runs set cancel_asked_at = now(), cancel_asked_by = $2, state = case when state = 'queued' then 'cancelled' else state end,
         ended_at = case when state = 'queued' then now() end
       where id = $1 and state in ('queued', 'running') and cancel_asked_at is null`,
      [id, ctx.actor.name],
    );
    if (!rowCount)
      throw new DomainError(
        "invalid_state",
        run.asked ? "It is being cancelled already." : `It is over already (${run.state}): there is nothing to cancel.`,
        { id },
      );
    await audit(tx, ctx, { action: "job.cancel", subject: `job:${id}`, before: { state: run.state } });
  });
}

/** The same again, as a new run of whoever asks. @throws {DomainError} not_found, forbidden, invalid_state, busy */
export async function repeatRun(ctx: VerbCtx, { id }: OnRun): Promise<Started> {
  return ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{
      kind: string;
      title: string;
      input: unknown;
      teamId: string | null;
      state: string;
    }>(`select kind, title, input, team_id as "teamId", state from job_runs where id = $1`, [id]);
    const run = rows[0];
    if (!run || !isKind(run.kind)) throw new DomainError("not_found", NOT_HERE, { id });
    if (run.state === "queued" || run.state === "running")
      throw new DomainError("invalid_state", "It is still under way. Cancel it first, or wait for its end.", { id });
    if (!can(ctx.actor, KIND_RULES[run.kind].needs))
      throw new DomainError("forbidden", "You may no longer start jobs of this kind.", { kind: run.kind });
    return insertRun(tx, ctx, { kind: run.kind, title: run.title, input: run.input, teamId: run.teamId, repeats: id });
  });
}

async function startOnStreams(tx: Tx, ctx: VerbCtx, kind: Kind, input: ExportReadings): Promise<Started> {
  const { rows } = await tx.query<{ key: string; nodeId: string; teamId: string }>(
    `select key, node_id as "nodeId", team_id as "teamId" from streams where id = any ($1) order by id`,
    [input.streamIds],
  );
  const [first] = rows;
  if (!first || rows.length < input.streamIds.length)
    throw new DomainError("not_found", "One of these streams is not here, or not yours to see.", {
      field: "streamIds",
    });
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const what = rows.length === 1 ? `${first.key} of ${first.nodeId}` : `${rows.length} streams`;
  const verb = kind === "export-readings" ? "Export" : "Compute rollups of";
  // Streams of several teams belong to nobody's team: only who started it, and who sees all, see the run.
  const teamId = rows.every((row) => row.teamId === first.teamId) ? first.teamId : null;
  const title = `${verb} ${what}, ${day(input.fromMs)} to ${day(input.toMs)}`.slice(0, 300);
  return insertRun(tx, ctx, { kind, title, input, teamId, repeats: null });
}

interface NewRun {
  kind: Kind;
  title: string;
  input: unknown;
  teamId: string | null;
  repeats: string | null;
}

/** Puts a run into the queue, in a transaction that is open. @throws {DomainError} busy */
export async function insertRun(
  tx: Tx,
  ctx: Pick<Ctx, "actor">,
  { kind, title, input, teamId, repeats }: NewRun,
): Promise<Started> {
  const owner = ownerIdOf(ctx.actor);
  await tx.query("select pg_advisory_xact_lock(hashtextextended('throughline runs ' || $1, 0))", [owner]);
  const active = await tx.query<{ n: number }>(
    "select count(*)::int as n from job_runs where owner_id = $1 and state in ('queued', 'running')",
    [owner],
  );
  if ((active.rows[0]?.n ?? 0) >= MOST_ACTIVE)
    throw new DomainError("busy", `You have ${MOST_ACTIVE} jobs under way. Wait for one of them, or cancel one.`);
  const { rows } = await tx.query<{ id: string }>(
    `insert into job_runs (org_id, owner_id, owner_name, team_id, kind, title, input, repeats) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [ctx.actor.orgId, owner, ctx.actor.name, teamId, kind, title, JSON.stringify(input), repeats],
  );
  const id = rows[0]?.id ?? "";
  await audit(tx, ctx, { action: "job.start", subject: `job:${id}`, teamId, after: { kind, title, input } });
  return { id };
}
