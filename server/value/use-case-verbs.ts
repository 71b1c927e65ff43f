import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { formatMoney } from "./domain/money-words";
import { stageName } from "./domain/stages";
import { demandKpi, demandPerson } from "./demand-verbs";
import { lockUseCase } from "./lock-verbs";
import { demandOptions } from "./option-verbs";
import { getPolicy } from "./queries";
import type {
  CommitMoney,
  ConfirmRole,
  MoveStage,
  Need,
  ReviewUseCase,
  SetEffects,
  SetNeeds,
  SetPeople,
} from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;

/**
 * Says who owns and who sponsors a use case. Somebody new has confirmed nothing yet.
 *
 * @throws {DomainError} not_found, conflict, invalid_input for somebody who is not here
 */
export async function setPeople(ctx: VerbCtx, { ownerId, sponsorId, ...seen }: SetPeople): Promise<void> {
  await ctx.transaction(async (tx) => {
    const before = await lockUseCase(tx, seen);
    await demandPerson(tx, ownerId, "ownerId");
    await demandPerson(tx, sponsorId, "sponsorId");
    await tx.query(
      `update use_cases set owner_id = $2, owner_confirmed_at = case when owner_id = $2 then owner_confirmed_at end,
         sponsor_id = $3, sponsor_confirmed_at = case when sponsor_id = $3 then sponsor_confirmed_at end where id = $1`,
      [seen.id, ownerId, sponsorId],
    );
    await audit(tx, ctx, {
      action: "use-case.people",
      subject: `use-case:${seen.id}`,
      teamId: before.teamId,
      before: { ownerId: before.ownerId, sponsorId: before.sponsorId },
      after: { ownerId, sponsorId },
    });
  });
}

/**
 * Whoever owns or sponsors it says, today, that they stand behind it. Nobody says so for somebody else.
 *
 * @throws {DomainError} not_found, conflict, invalid_state when it is somebody else's to say
 */
export async function confirmRole(ctx: VerbCtx, { as, ...seen }: ConfirmRole): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, ownerId, sponsorId } = await lockUseCase(tx, seen);
    if ((as === "owner" ? ownerId : sponsorId) !== ownerIdOf(ctx.actor))
      throw new DomainError("invalid_state", `Only its ${as} can confirm this.`);
    await tx.query(`update use_cases set ${as}_confirmed_at = $2 where id = $1`, [seen.id, new Date(ctx.now())]);
    await audit(tx, ctx, { action: "use-case.confirm", subject: `use-case:${seen.id}`, teamId, after: { as } });
  });
}

/**
 * Says all that a use case needs of the plant, in place of what was said before.
 *
 * @throws {DomainError} not_found, conflict, invalid_input at the row of a thing that is not there
 */
export async function setNeeds(ctx: VerbCtx, { needs, ...seen }: SetNeeds): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId } = await lockUseCase(tx, seen);
    await demandThings(tx, needs);
    await demandOptions(
      tx,
      seen.id,
      needs.map(({ option: n }, index) => ({ n, field: `needs[${index}].option` })),
    );
    const { rows: before } = await tx.query<Record<string, unknown>>(
      "delete from use_case_needs where use_case_id = $1 returning capability, stream_id, device_id, node_id, slot, cost_cents::float8, option, skill, hours",
      [seen.id],
    );
    await tx.query(
      `insert into use_case_needs (use_case_id, capability, stream_id, device_id, node_id, slot, cost_cents, option, skill, hours)
       select $1, capability, "streamId", "deviceId", "nodeId", slot, "costCents", option, skill, hours
       from jsonb_to_recordset($2) as x (capability text, "streamId" int, "deviceId" int, "nodeId" text, slot text, "costCents" int8,
         option int, skill text, hours float8)`,
      [seen.id, JSON.stringify(needs)],
    );
    const subject = `use-case:${seen.id}`;
    await audit(tx, ctx, { action: "use-case.needs", subject, teamId, before, after: needs });
  });
}

/**
 * Says by how much a use case moves which KPIs, in place of what was said before.
 *
 * @throws {DomainError} not_found, conflict, invalid_input at the row of a KPI that is not there
 */
export async function setEffects(ctx: VerbCtx, { effects, ...seen }: SetEffects): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId } = await lockUseCase(tx, seen);
    for (const [index, { kpiId }] of effects.entries()) await demandKpi(tx, kpiId, `effects[${index}].kpiId`);
    await demandOptions(
      tx,
      seen.id,
      effects.map(({ option: n }, index) => ({ n, field: `effects[${index}].option` })),
    );
    const { rows: before } = await tx.query<Record<string, unknown>>(
      "delete from use_case_effects where use_case_id = $1 returning kpi_id, low, mode, high, option",
      [seen.id],
    );
    await tx.query(
      `insert into use_case_effects (use_case_id, kpi_id, low, mode, high, option)
       select $1, "kpiId", low, mode, high, option
       from jsonb_to_recordset($2) as x ("kpiId" uuid, low float8, mode float8, high float8, option int)`,
      [seen.id, JSON.stringify(effects.map(({ kpiId, effect, option }) => ({ kpiId, option, ...effect })))],
    );
    const subject = `use-case:${seen.id}`;
    await audit(tx, ctx, { action: "use-case.effects", subject, teamId, before, after: effects });
  });
}

/** Everything that is named must be there for whoever names it: what is another team's is answered like what does not exist. */
async function demandThings(tx: Tx, needs: readonly Need[]): Promise<void> {
  const { rows } = await tx.query<{ index: number }>(
    `select (ordinal - 1)::int as index
     from jsonb_array_elements($1) with ordinality as x (need, ordinal)
     where (need->>'streamId' is not null and not exists (select from streams s where s.id = (need->>'streamId')::int))
        or (need->>'deviceId' is not null and not exists (select from devices d where d.id = (need->>'deviceId')::int))
        or (need->>'nodeId' is not null and not exists (select from nodes n where n.id = need->>'nodeId'))
     order by ordinal limit 1`,
    [JSON.stringify(needs)],
  );
  const [wrong] = rows;
  if (wrong)
    throw new DomainError("invalid_input", "This is not there any more. Choose something else.", {
      field: `needs[${wrong.index}].capability`,
    });
}

/**
 * Moves an accepted use case to another stage.
 *
 * @throws {DomainError} not_found, conflict, invalid_state for one that was not accepted
 */
export async function moveStage(ctx: VerbCtx, { to, why, ...seen }: MoveStage): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, intake, stage, title } = await lockUseCase(tx, seen);
    if (intake !== "accepted")
      throw new DomainError(
        "invalid_state",
        `${title} is not accepted; decide that before it moves to ${stageName(to)}.`,
      );
    await tx.query("update use_cases set stage = $2 where id = $1", [seen.id, to]);
    const subject = `use-case:${seen.id}`;
    await audit(tx, ctx, { action: "use-case.move", subject, teamId, before: { stage }, after: { stage: to, why } });
  });
}

/**
 * Approves a line of the budget for an accepted use case, or takes it back.
 *
 * @throws {DomainError} not_found, conflict, invalid_state for one that was not accepted, invalid_input for more than what is left
 */
export async function commitMoney(ctx: VerbCtx, { cents, why, ...seen }: CommitMoney): Promise<void> {
  await ctx.transaction(async (tx) => {
    // One after the other: two commitments at once could each fit and together be too much.
    await tx.query("select pg_advisory_xact_lock(hashtext('throughline budget'))");
    const { teamId, intake, title, committedCents } = await lockUseCase(tx, seen);
    if (cents !== null && intake !== "accepted")
      throw new DomainError("invalid_state", `${title} is not accepted; decide that before money goes to it.`);
    if (cents !== null) await demandBudget(tx, seen.id, cents);
    await tx.query("update use_cases set committed_cents = $2 where id = $1", [seen.id, cents]);
    await audit(tx, ctx, {
      action: "use-case.commit",
      subject: `use-case:${seen.id}`,
      teamId,
      before: { cents: committedCents },
      after: { cents, why },
    });
  });
}

async function demandBudget(tx: Tx, id: string, cents: number): Promise<void> {
  const { budgetCents, currency } = await getPolicy(tx);
  const { rows } = await tx.query<{ other: number }>(
    "select coalesce(sum(committed_cents), 0)::float8 as other from use_cases where id <> $1",
    [id],
  );
  const left = budgetCents - (rows[0]?.other ?? 0);
  if (cents <= left) return;
  const says =
    budgetCents === 0
      ? "There is no budget yet. Set one in the policy of the portfolio first."
      : `${formatMoney(Math.max(0, left), currency)} of the budget are left. Commit at most that, or raise the budget.`;
  throw new DomainError("invalid_input", says, { field: "cents" });
}

/** Writes down what a review of safety and law found; an empty list says that nothing speaks against it. @throws {DomainError} not_found, conflict */
export async function reviewUseCase(ctx: VerbCtx, { objections, ...seen }: ReviewUseCase): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, objections: before } = await lockUseCase(tx, seen);
    await tx.query("update use_cases set objections = $2, reviewed_by = $3, reviewed_at = $4 where id = $1", [
      ...[seen.id, objections, ctx.actor.name, new Date(ctx.now())],
    ]);
    const subject = `use-case:${seen.id}`;
    await audit(tx, ctx, {
      action: "use-case.review",
      subject,
      teamId,
      before: { objections: before },
      after: { objections },
    });
  });
}
