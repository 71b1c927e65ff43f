import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { demandKpi, demandPerson, demandTeam, sayTaken } from "./demand-verbs";
import type { AddOutcome, ChangeOutcome } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;

const sayTakenStatement = sayTaken("The team has this outcome already. Say it differently.", "statement");

/**
 * Says what the business wants, until when, and by which KPIs that is seen. Without a KPI it is a draft.
 *
 * @throws {DomainError} conflict for an outcome that the team has, invalid_input at the field
 */
export async function addOutcome(ctx: VerbCtx, { teamId, ...input }: AddOutcome): Promise<{ id: string }> {
  return ctx
    .transaction(async (tx) => {
      const team = await demandTeam(tx, ctx, teamId ?? null);
      await demandPerson(tx, input.ownerId, "ownerId");
      const { rows } = await tx.query<{ id: string }>(
        `insert into outcomes (org_id, team_id, statement, owner_id, horizon, state, created_by, created_by_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
        [
          ...[ctx.actor.orgId, team, input.statement, input.ownerId, input.horizon],
          ...[input.kpis.length > 0 ? "active" : "draft", ownerIdOf(ctx.actor), ctx.actor.name],
        ],
      );
      const id = rows[0]?.id ?? "";
      await setKpis(tx, id, input.kpis);
      await audit(tx, ctx, { action: "outcome.add", subject: `outcome:${id}`, teamId: team, after: input });
      return { id };
    })
    .catch(sayTakenStatement);
}

/**
 * Changes an outcome, its KPIs and its state. Only a draft may be without a KPI; retired is none that funded use cases work for.
 *
 * @throws {DomainError} not_found, conflict, invalid_state, invalid_input at the field
 */
export async function changeOutcome(ctx: VerbCtx, { id, version, state, ...input }: ChangeOutcome): Promise<void> {
  await ctx
    .transaction(async (tx) => {
      const before = await lockOutcome(tx, { id, version });
      if (state !== "draft" && input.kpis.length === 0)
        throw new DomainError("invalid_input", "Name a KPI with baseline and target first, or leave it a draft.", {
          field: "state",
        });
      await demandPerson(tx, input.ownerId, "ownerId");
      if (state === "retired") await demandNotFunded(tx, id);
      await setKpis(tx, id, input.kpis);
      await tx.query("update outcomes set statement = $2, owner_id = $3, horizon = $4, state = $5 where id = $1", [
        ...[id, input.statement, input.ownerId, input.horizon, state],
      ]);
      await audit(tx, ctx, {
        ...{ action: "outcome.change", subject: `outcome:${id}`, teamId: before.teamId },
        before: { statement: before.statement, state: before.state },
        after: { ...input, state },
      });
    })
    .catch(sayTakenStatement);
}

/** The outcome as it is, locked until the end of the transaction, and counted up. @throws {DomainError} not_found, conflict */
async function lockOutcome(
  tx: Tx,
  { id, version }: { id: string; version: number },
): Promise<{ teamId: string; statement: string; state: string }> {
  const { rows } = await tx.query<{ version: number; teamId: string; statement: string; state: string }>(
    `select version, team_id as "teamId", statement, state from outcomes where id = $1 for update`,
    [id],
  );
  const [found] = rows;
  if (!found) throw new DomainError("not_found", "This outcome is not here any more.", { id });
  if (found.version !== version)
    throw new DomainError("conflict", "Somebody changed this outcome meanwhile. Look at it again, then decide.", {
      id,
    });
  await tx.query("update outcomes set version = version + 1 where id = $1", [id]);
  return found;
}

async function demandNotFunded(tx: Tx, id: string): Promise<void> {
  const { rows } = await tx.query<{ title: string }>(
    `select u.title from outcome_kpis k join chosen_effects e on e.kpi_id = k.kpi_id join use_cases u on u.id = e.use_case_id
     where k.outcome_id = $1 and u.committed_cents is not null order by u.title limit 1`,
    [id],
  );
  const [funded] = rows;
  if (funded)
    throw new DomainError("invalid_state", `${funded.title} is funded for it. Take that commitment back first.`, {
      field: "state",
    });
}

async function setKpis(tx: Tx, id: string, kpis: AddOutcome["kpis"]): Promise<void> {
  for (const [index, { kpiId }] of kpis.entries()) await demandKpi(tx, kpiId, `kpis[${index}].kpiId`);
  await tx.query("delete from outcome_kpis where outcome_id = $1", [id]);
  await tx.query(
    `insert into outcome_kpis (outcome_id, kpi_id, baseline, target)
     select $1, "kpiId", baseline, target from jsonb_to_recordset($2) as x ("kpiId" uuid, baseline float8, target float8)`,
    [id, JSON.stringify(kpis)],
  );
}
