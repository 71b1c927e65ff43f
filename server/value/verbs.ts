import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { returnOf, type UseCaseFigures } from "./domain/use-case-figures";
import { demandCurrency, demandTeam, sayTaken } from "./demand-verbs";
import { lockUseCase } from "./lock-verbs";
import { demandOptions } from "./option-verbs";
import type { EstimateUseCase, ProposeUseCase, TriageUseCase } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;
const sayTakenTitle = sayTaken("The team has a use case of this title. Choose another one.", "title");
const DAY_MS = 86_400_000;
/** More than one portfolio can be looked at. Only what is proposed or accepted counts: nothing is ever deleted, and a rejection makes room. */
const MOST_OPEN = 5_000;

/**
 * Puts a use case at the door of the portfolio, with a first estimate where there is one. Somebody else accepts it.
 *
 * @throws {DomainError} conflict when the team has one of this title, invalid_input for a team that is not theirs or money in another
 *   currency, invalid_state when 5,000 are open
 */
export async function proposeUseCase(
  ctx: VerbCtx,
  { title, summary, teamId, figures }: ProposeUseCase,
): Promise<{ id: string }> {
  return ctx
    .transaction(async (tx) => {
      const team = await demandTeam(tx, ctx, teamId ?? null);
      await demandRoom(tx, 1, ctx.now());
      return { id: await addUseCase(tx, ctx, { title, summary, team, figures }) };
    })
    .catch(sayTakenTitle);
}

/** There must be room for so many more that are proposed. @throws {DomainError} invalid_state */
export async function demandRoom(tx: Tx, coming: number, nowMs: number): Promise<void> {
  const { rows } = await tx.query<{ n: number }>(
    "select count(*)::int as n from use_cases where intake in ('pending', 'accepted') or snoozed_until <= $1",
    [new Date(nowMs)],
  );
  const room = MOST_OPEN - (rows[0]?.n ?? 0);
  if (coming <= room) return;
  const only = coming === 1 ? "" : ` There is room for ${Math.max(0, room)} of these ${coming}.`;
  throw new DomainError(
    "invalid_state",
    `At most 5,000 use cases are proposed or accepted at a time.${only} Reject or snooze some proposals first.`,
  );
}

/** A use case with its first estimate, in a transaction that is open and for which there is room. @returns its id @throws {DomainError} invalid_input */
export async function addUseCase(
  tx: Tx,
  ctx: Pick<Ctx, "actor">,
  { title, summary, team, figures }: { title: string; summary: string; team: string; figures: UseCaseFigures | null },
): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into use_cases (org_id, team_id, title, summary, created_by, created_by_name) values ($1, $2, $3, $4, $5, $6) returning id`,
    [ctx.actor.orgId, team, title, summary, ownerIdOf(ctx.actor), ctx.actor.name],
  );
  const id = rows[0]?.id ?? "";
  if (figures) await addEstimate(tx, ctx, { id, version: 1, option: 1, figures, why: "" });
  const after = { title, summary, figures };
  await audit(tx, ctx, { action: "use-case.propose", subject: `use-case:${id}`, teamId: team, after });
  return id;
}

/**
 * Writes down another estimate; the ones before stay.
 *
 * @throws {DomainError} not_found, conflict when somebody changed it meanwhile, invalid_input for money in another currency
 */
export async function estimateUseCase(ctx: VerbCtx, input: EstimateUseCase): Promise<{ estimate: number }> {
  return ctx.transaction((tx) => addNextEstimate(tx, ctx, input));
}

/** Another estimate in a transaction that is open. @throws {DomainError} not_found, conflict, invalid_input */
export async function addNextEstimate(
  tx: Tx,
  ctx: Pick<Ctx, "actor">,
  input: EstimateUseCase,
): Promise<{ estimate: number }> {
  const { teamId, option: chosen } = await lockUseCase(tx, input);
  const option = input.option ?? chosen;
  await demandOptions(tx, input.id, [{ n: option, field: "option" }]);
  const { rows } = await tx.query<{ n: number }>(
    "select coalesce(max(version), 0)::int as n from use_case_estimates where use_case_id = $1",
    [input.id],
  );
  const estimate = (rows[0]?.n ?? 0) + 1;
  await addEstimate(tx, ctx, { ...input, option, version: estimate });
  const after = { estimate, option, figures: input.figures, why: input.why };
  await audit(tx, ctx, { action: "use-case.estimate", subject: `use-case:${input.id}`, teamId, after });
  return { estimate };
}

/**
 * Decides what becomes of a proposal. Whoever proposed it does not accept it.
 *
 * @throws {DomainError} not_found, conflict, and invalid_state for one that is beyond its first stage or one's own
 */
export async function triageUseCase(ctx: VerbCtx, input: TriageUseCase): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, intake, stage, createdBy } = await lockUseCase(tx, input);
    if (stage !== "idea")
      throw new DomainError("invalid_state", "It is beyond its first stage. Move it back before it is decided anew.");
    if (input.to === "accepted" && createdBy === ownerIdOf(ctx.actor))
      throw new DomainError("invalid_state", "You proposed this yourself; somebody else accepts it.");
    const of = input.to === "duplicate" ? input.of : null;
    if (of !== null) await demandOther(tx, input.id, of);
    const until = input.to === "snoozed" ? new Date(ctx.now() + input.days * DAY_MS) : null;
    await tx.query(
      "update use_cases set intake = $2, intake_why = nullif($3, ''), snoozed_until = $4, duplicate_of = $5 where id = $1",
      [input.id, input.to, input.why, until, of],
    );
    const after = { intake: input.to, why: input.why, until, duplicateOf: of };
    const subject = `use-case:${input.id}`;
    await audit(tx, ctx, { action: "use-case.triage", subject, teamId, before: { intake }, after });
  });
}

async function demandOther(tx: Tx, id: string, other: string): Promise<void> {
  const { rows } = await tx.query("select 1 from use_cases where id = $1 and intake <> 'duplicate'", [other]);
  if (rows.length === 0 || other === id)
    throw new DomainError("invalid_input", "Choose another use case, which is no duplicate itself.", { field: "of" });
}

/** @throws {DomainError} invalid_input for money in another currency than the portfolio's: nobody here knows an exchange rate */
async function addEstimate(
  tx: Tx,
  { actor }: Pick<Ctx, "actor">,
  {
    id,
    version,
    option,
    figures,
    why,
  }: { id: string; version: number; option: number; figures: UseCaseFigures; why: string },
): Promise<void> {
  const { currency } = figures;
  await demandCurrency(tx, currency, "figures.currency");
  const forecast = returnOf(figures, `${id}/${version}`);
  const { benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay } = figures;
  const estimates = [benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay];
  const values = [
    ...[id, version, currency],
    ...estimates.flatMap(({ low, mode, high }) => [low, mode, high]),
    ...[figures.rampDays, why, JSON.stringify(forecast), ownerIdOf(actor), actor.name, option, figures.shape ?? "pert"],
  ];
  await tx.query(
    `insert into use_case_estimates (use_case_id, version, currency, benefit_low, benefit_mode, benefit_high, adoption_low, adoption_mode,
       adoption_high, works_low, works_mode, works_high, one_off_low, one_off_mode, one_off_high, run_low, run_mode, run_high, ramp_days, why,
       forecast, made_by, made_by_name, option, shape)
     values (${values.map((_, index) => `$${index + 1}`).join(", ")})`,
    values,
  );
}
