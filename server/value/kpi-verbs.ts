import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { demandCurrency, demandPerson, demandTeam, sayTaken } from "./demand-verbs";
import { type KpiDefinition, unitFault } from "./domain/kpi";
import { kpiEndMinute } from "./kpi-queries";
import type { AddKpi, ApproveKpi, EnterKpiValue, ReviseKpi } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;

/**
 * Makes a KPI with its first definition.
 *
 * @throws {DomainError} conflict for a name that the team has, invalid_input at the field, also for a stream whose unit cannot become the KPI's
 */
export async function addKpi(ctx: VerbCtx, { name, teamId, ownerId, definition }: AddKpi): Promise<{ id: string }> {
  return ctx
    .transaction(async (tx) => {
      const team = await demandTeam(tx, ctx, teamId ?? null);
      await demandPerson(tx, ownerId, "ownerId");
      const { rows } = await tx.query<{ id: string }>(
        "insert into kpis (org_id, team_id, name, owner_id, created_by, created_by_name) values ($1, $2, $3, $4, $5, $6) returning id",
        [ctx.actor.orgId, team, name, ownerId, ownerIdOf(ctx.actor), ctx.actor.name],
      );
      const id = rows[0]?.id ?? "";
      await addVersion(tx, ctx, { id, version: 1, definition, why: "" });
      const after = { name, ownerId, definition };
      await audit(tx, ctx, { action: "kpi.add", subject: `kpi:${id}`, teamId: team, after });
      return { id };
    })
    .catch(sayTaken("The team has a KPI of this name. Choose another one.", "name"));
}

/**
 * Gives a KPI another meaning: a new version, whose values start anew and whose worth somebody has to approve anew.
 *
 * @throws {DomainError} not_found, conflict when somebody changed it meanwhile, invalid_input at the field
 */
export async function reviseKpi(ctx: VerbCtx, { ownerId, definition, why, ...seen }: ReviseKpi): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, definition: before } = await lockKpi(tx, seen);
    await demandPerson(tx, ownerId, "ownerId");
    await tx.query("update kpis set owner_id = $2 where id = $1", [seen.id, ownerId]);
    await addVersion(tx, ctx, { id: seen.id, version: before + 1, definition, why });
    const after = { ownerId, definition, why };
    await audit(tx, ctx, { action: "kpi.revise", subject: `kpi:${seen.id}`, teamId, after });
  });
}

/**
 * Says that one unit is worth what the newest definition says. Whoever wrote that down does not approve it.
 *
 * @throws {DomainError} not_found, conflict, invalid_state for one's own figure and for one that is approved
 */
export async function approveKpi(ctx: VerbCtx, seen: ApproveKpi): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, definition, madeBy, isApproved } = await lockKpi(tx, seen);
    if (isApproved) throw new DomainError("invalid_state", "What one unit is worth is approved already.");
    if (madeBy === ownerIdOf(ctx.actor))
      throw new DomainError("invalid_state", "You wrote this figure down yourself; somebody else approves it.");
    await tx.query(
      "insert into kpi_approvals (kpi_id, version, approved_by, approved_by_name, approved_at) values ($1, $2, $3, $4, $5)",
      [seen.id, definition, ownerIdOf(ctx.actor), ctx.actor.name, new Date(ctx.now())],
    );
    await audit(tx, ctx, { action: "kpi.approve", subject: `kpi:${seen.id}`, teamId, after: { version: definition } });
  });
}

/**
 * A value that somebody read by hand; labelled so wherever it is shown. Another one for the same day stands beside the first.
 *
 * @throws {DomainError} not_found, conflict, invalid_input for a KPI that is computed, and for a window that is not over
 */
export async function enterKpiValue(ctx: VerbCtx, { day, value, ...seen }: EnterKpiValue): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, definition, source } = await lockKpi(tx, seen);
    if (source !== "manual")
      throw new DomainError("invalid_input", "This KPI comes from elsewhere; nobody enters it.", { field: "value" });
    const { rows } = await tx.query<{ isOver: boolean }>(
      `select ($2::date::timestamp + make_interval(mins => ${kpiEndMinute("d")})) at time zone time_zone <= $3 as "isOver"
       from kpi_versions d where d.kpi_id = $1 and d.version = $4`,
      [seen.id, day, new Date(ctx.now()), definition],
    );
    if (rows[0]?.isOver !== true) throw new DomainError("invalid_input", "This day is not over yet.", { field: "day" });
    await tx.query(
      `insert into kpi_values (kpi_id, version, day, revision, value, n, coverage, quality, made_by_name)
       select $1, $2, $3, coalesce(max(revision), 0) + 1, $4, 1, 1, 'manual', $5 from kpi_values where kpi_id = $1 and version = $2 and day = $3`,
      [seen.id, definition, day, value, ctx.actor.name],
    );
    await audit(tx, ctx, { action: "kpi.enter", subject: `kpi:${seen.id}`, teamId, after: { day, value } });
  });
}

async function addVersion(
  tx: Tx,
  { actor }: Pick<Ctx, "actor">,
  { id, version, definition, why }: { id: string; version: number; definition: KpiDefinition; why: string },
): Promise<void> {
  await demandCurrency(tx, definition.currency, "definition.currency");
  if (definition.source === "stream") await demandStream(tx, definition);
  if (definition.source === "device") await demandDevice(tx, definition);
  const { unit, direction, bandLow, bandHigh, source, streamId, stat, timeZone, fromMinute, toMinute } = definition;
  const { minCoverage, maxStaleS, isAdditive, valueCents, currency, dueEveryS, nodeId, deviceId } = definition;
  const values = [
    ...[id, version, unit, direction, bandLow, bandHigh, source, streamId, stat, timeZone, fromMinute, toMinute],
    ...[minCoverage, Math.round(maxStaleS), isAdditive, valueCents.low, valueCents.mode, valueCents.high],
    ...[currency, why, ownerIdOf(actor), actor.name, dueEveryS, nodeId, deviceId],
  ];
  await tx.query(
    `insert into kpi_versions (kpi_id, version, unit, direction, band_low, band_high, source, stream_id, stat, time_zone, from_minute, to_minute,
       min_coverage, max_stale_s, is_additive, value_low, value_mode, value_high, currency, why, made_by, made_by_name, due_every_s, node_id, device_id)
     values (${values.map((_, index) => `$${index + 1}`).join(", ")})`,
    values,
  );
}

/** The stream must be there for whoever names it, and its unit must be able to become the KPI's. */
async function demandStream(tx: Tx, definition: KpiDefinition): Promise<void> {
  const { rows } = await tx.query<{ unit: string | null }>("select unit from streams where id = $1", [
    definition.streamId,
  ]);
  const [stream] = rows;
  if (!stream)
    throw new DomainError("invalid_input", "This stream is not there any more. Choose another one.", {
      field: "definition.streamId",
    });
  const fault = unitFault(definition, stream.unit);
  if (fault) throw new DomainError("invalid_input", fault.hint, { field: `definition.${fault.field}` });
}

/** The device or node must be there for whoever names it. */
async function demandDevice(tx: Tx, { nodeId, deviceId }: KpiDefinition): Promise<void> {
  const { rows } = await tx.query(
    "select from nodes n where n.status <> 'retired' and (n.id = $1 or n.id = (select d.node_id from devices d where d.id = $2))",
    [nodeId, deviceId],
  );
  if (rows.length > 0) return;
  throw new DomainError("invalid_input", "This device is not there any more. Choose another one.", {
    field: "definition.thing",
  });
}

interface LockedKpi {
  teamId: string;
  /** version of its newest definition */
  definition: number;
  source: string;
  madeBy: string;
  isApproved: boolean;
}

/** The KPI as it is, locked until the end of the transaction, and counted up. @throws {DomainError} not_found, conflict */
export async function lockKpi(tx: Tx, { id, version }: { id: string; version: number }): Promise<LockedKpi> {
  const { rows } = await tx.query<{ teamId: string; version: number }>(
    `select team_id as "teamId", version from kpis where id = $1 for update`,
    [id],
  );
  const [found] = rows;
  if (!found) throw new DomainError("not_found", "This KPI is not here any more.", { id });
  if (found.version !== version)
    throw new DomainError("conflict", "Somebody changed this KPI meanwhile. Look at it again, then decide.", { id });
  await tx.query("update kpis set version = version + 1 where id = $1", [id]);
  // Read after the lock: what another transaction added before it ended is seen.
  const newest = await tx.query<Omit<LockedKpi, "teamId">>(
    `select d.version as definition, d.source, d.made_by as "madeBy", a.kpi_id is not null as "isApproved"
     from kpi_versions d left join kpi_approvals a on a.kpi_id = d.kpi_id and a.version = d.version
     where d.kpi_id = $1 order by d.version desc limit 1`,
    [id],
  );
  const [definition] = newest.rows;
  if (!definition) throw new Error(`KPI ${id} has no definition`);
  return { teamId: found.teamId, ...definition };
}
