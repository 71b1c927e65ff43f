import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { demandKpi } from "@/server/value/demand-verbs";
import { lockUseCase } from "@/server/value/lock-verbs";
import type { Adjust, GoLive } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;

const DAY_MS = 86_400_000;
/** A day that is further ahead is a plan, not an event. */
const MOST_DAYS_AHEAD = 30;

/**
 * Says, once, on which day a use case went live: t₀ of its ninety days. What one unit of the KPI is worth is taken from its approved
 * version and stays as it is.
 *
 * @throws {DomainError} not_found, conflict, invalid_state for one that was not accepted or went live before, invalid_input at the field
 */
export async function goLive(
  ctx: VerbCtx,
  { id, version, liveOn, kpiId, baselineDays, drivers, why, ...paid }: GoLive,
): Promise<void> {
  const { oneOffCents, runCentsPerDay, usefulLifeDays } = paid;
  await ctx.transaction(async (tx) => {
    const { teamId, title, intake } = await lockUseCase(tx, { id, version });
    if (intake !== "accepted")
      throw new DomainError("invalid_state", `${title} is not accepted; decide that before it goes live.`);
    const before = await tx.query<{ liveOn: string }>(
      `select to_char(live_on, 'YYYY-MM-DD') as "liveOn" from go_lives where use_case_id = $1`,
      [id],
    );
    if (before.rows[0])
      throw new DomainError(
        "invalid_state",
        `${title} went live on ${before.rows[0].liveOn}. That is said once: its ninety days do not begin again.`,
      );
    const measure = await demandMeasure(tx, ctx, { useCaseId: id, kpiId, liveOn });
    const baselineFrom = new Date(Date.parse(liveOn) - baselineDays * DAY_MS).toISOString().slice(0, 10);
    await tx.query(
      `insert into go_lives (use_case_id, kpi_id, kpi_version, live_on, baseline_from, one_off_cents, run_cents_per_day, useful_life_days,
         cents_per_unit, currency, estimate, why, made_by, made_by_name)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 
         (select max(e.version) from use_case_estimates e join use_cases u on u.id = e.use_case_id and u.option = e.option where u.id = $1), $11, $12, $13)`,
      [
        ...[id, kpiId, measure.version, liveOn, baselineFrom, oneOffCents, runCentsPerDay, usefulLifeDays],
        ...[measure.centsPerUnit, measure.currency, why, ownerIdOf(ctx.actor), ctx.actor.name],
      ],
    );
    for (const [index, driver] of drivers.entries()) await addDriver(tx, id, index, driver);
    const after = { liveOn, kpiId, kpiVersion: measure.version, baselineFrom, drivers, ...paid, why };
    await audit(tx, ctx, { action: "use-case.go-live", subject: `use-case:${id}`, teamId, after });
  });
}

interface Measure {
  version: number;
  centsPerUnit: number;
  currency: string;
}

/** The KPI as it is defined now, if something can be measured by it from that day on. @throws {DomainError} invalid_input at the field */
async function demandMeasure(
  tx: Tx,
  { now }: Pick<Ctx, "now">,
  { useCaseId, kpiId, liveOn }: { useCaseId: string; kpiId: string; liveOn: string },
): Promise<Measure> {
  await demandKpi(tx, kpiId, "kpiId");
  const { rows } = await tx.query<
    Measure & {
      name: string;
      direction: string;
      isApproved: boolean;
      isPromised: boolean;
      latest: string;
      firstDay: string | null;
    }
  >(
    `select k.name, d.version, d.direction, d.value_mode as "centsPerUnit", d.currency, a.kpi_id is not null as "isApproved",
       exists (select from chosen_effects e where e.use_case_id = $2 and e.kpi_id = k.id) as "isPromised",
       to_char(($3::timestamptz at time zone d.time_zone)::date + ${MOST_DAYS_AHEAD}, 'YYYY-MM-DD') as latest,
       (select to_char(min(day), 'YYYY-MM-DD') from kpi_values v where v.kpi_id = k.id and v.version = d.version and v.value is not null) as "firstDay"
     from kpis k
     join lateral (select * from kpi_versions d where d.kpi_id = k.id order by d.version desc limit 1) d on true
     left join kpi_approvals a on a.kpi_id = d.kpi_id and a.version = d.version
     where k.id = $1`,
    [kpiId, useCaseId, new Date(now())],
  );
  const [kpi] = rows;
  const refuse = (field: string, sentence: string) => new DomainError("invalid_input", sentence, { field });
  if (!kpi) throw refuse("kpiId", "Choose a KPI that is here.");
  const { name, firstDay, latest } = kpi;
  if (!kpi.isPromised)
    throw refuse("kpiId", `It does not say that it moves ${name}. Say so under What it moves first.`);
  if (kpi.direction === "band")
    throw refuse(
      "kpiId",
      `${name} should stay within a band, so no day of it is better by an amount. Choose another KPI.`,
    );
  if (!kpi.isApproved)
    throw refuse("kpiId", `Nobody has approved yet what one unit of ${name} is worth. Approve it on its page first.`);
  if (liveOn > latest) throw refuse("liveOn", `Choose a day until ${latest}; later is a plan, not a go-live.`);
  if (firstDay === null) throw refuse("kpiId", `${name} has no value yet, so there is nothing to compare with.`);
  if (liveOn <= firstDay)
    throw refuse(
      "liveOn",
      `The first value of ${name} is of ${firstDay}; choose a later day, so that there is something to compare with.`,
    );
  return kpi;
}

async function addDriver(
  tx: Tx,
  useCaseId: string,
  index: number,
  { kpiId, streamId }: { kpiId: string | null; streamId: number | null },
): Promise<void> {
  const field = `drivers[${index}]`;
  if (kpiId !== null) await demandKpi(tx, kpiId, field);
  if (streamId !== null) {
    const { rows } = await tx.query("select 1 from streams where id = $1", [streamId]);
    if (rows.length === 0)
      throw new DomainError("invalid_input", "This stream is not there any more. Choose another one.", { field });
  }
  await tx.query(
    `insert into go_live_drivers (use_case_id, position, kpi_id, kpi_version, stream_id)
     values ($1, $2, $3, (select max(version) from kpi_versions where kpi_id = $3), $4)`,
    [useCaseId, index + 1, kpiId, streamId],
  );
}

/**
 * Writes down something that changed the KPI and has nothing to do with the use case, in money on its day.
 *
 * @throws {DomainError} not_found, conflict, invalid_state before go-live, invalid_input for a day before it or ahead
 */
export async function adjust(ctx: VerbCtx, { day, cents, reason, ...seen }: Adjust): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, title } = await lockUseCase(tx, seen);
    const { rows } = await tx.query<{ liveOn: string; today: string }>(
      `select to_char(g.live_on, 'YYYY-MM-DD') as "liveOn", to_char(($2::timestamptz at time zone d.time_zone)::date, 'YYYY-MM-DD') as today
       from go_lives g join kpi_versions d on d.kpi_id = g.kpi_id and d.version = g.kpi_version where g.use_case_id = $1`,
      [seen.id, new Date(ctx.now())],
    );
    const [live] = rows;
    if (!live) throw new DomainError("invalid_state", `${title} has not gone live; there is nothing to adjust yet.`);
    if (day < live.liveOn || day > live.today)
      throw new DomainError("invalid_input", `Choose a day from ${live.liveOn} to ${live.today}.`, { field: "day" });
    await tx.query(
      "insert into go_live_adjustments (use_case_id, day, cents, reason, made_by, made_by_name) values ($1, $2, $3, $4, $5, $6)",
      [seen.id, day, cents, reason, ownerIdOf(ctx.actor), ctx.actor.name],
    );
    const after = { day, cents, reason };
    await audit(tx, ctx, { action: "use-case.adjust", subject: `use-case:${seen.id}`, teamId, after });
  });
}
