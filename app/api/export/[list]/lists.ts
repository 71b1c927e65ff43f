import { z } from "zod";
import type { Ctx } from "@/server/core/context";
import type { ExportedList } from "@/server/core/domain/exported-lists";
import type { Action } from "@/server/core/domain/permissions";
import { FleetInput, QuarantineInput, StreamListInput } from "@/server/fabric/domain/read-inputs";
import { exportFleet, exportNodeLogins, exportQuarantine, exportStreams } from "@/server/fabric/export-queries";
import { NodeLogins } from "@/server/fabric/schema";
import { exportHolders, exportPeople, exportServiceTokens, exportTeams } from "@/server/identity/export-queries";
import { PeopleInput } from "@/server/identity/schema";
import { RUN_STATES } from "@/server/jobs/domain/kinds";
import { exportRuns } from "@/server/jobs/export-queries";
import { ListRuns } from "@/server/jobs/schema";
import { exportMeasured } from "@/server/measured/export-queries";
import { exportUseCases } from "@/server/value/export-queries";
import { ExportPlan } from "@/server/value/domain/plan-inputs";
import { exportKpis, exportOutcomes } from "@/server/value/kpi-export-queries";
import { exportPlan } from "@/server/value/plan-export-queries";
import { ExportUseCases, OfTeam } from "@/server/value/schema";

interface Exportable {
  action: Action;
  query: z.ZodObject;
  rows: (ctx: Ctx, filters: unknown) => AsyncGenerator<string>;
}

/** A list whose rows are those that `Address` leaves; all of a page's address that is no filter of it is refused. */
function list<A extends z.ZodObject>(
  action: Action,
  query: A,
  rows: (ctx: Ctx, filters: z.output<A>) => AsyncGenerator<string>,
): Exportable {
  return { action, query, rows: (ctx, address) => rows(ctx, query.parse(address)) };
}

const PAGED = { cursor: true, direction: true } as const;
const NONE = z.strictObject({});
const START = { cursor: null };

/** What the address of the list of streams calls the acceptance. */
const StreamsAddress = StreamListInput.omit({ ...PAGED, status: true }).extend({
  state: z.enum(["any", "accepted", "proposed", "retired"]).default("any"),
});

/** What the address of the list of jobs calls any state. */
const RunsAddress = ListRuns.pick({ q: true }).extend({ state: z.enum(["any", ...RUN_STATES]).default("any") });

/** The lists by name. Their filters are those of the page's address, under the page's own names. */
export const LISTS: Readonly<Record<ExportedList, Exportable>> = {
  fleet: list("fleet.read", FleetInput.omit(PAGED), (ctx, filters) =>
    exportFleet(ctx.sql, { ...filters, ...START }, ctx.now()),
  ),
  portfolio: list("value.read", ExportUseCases, (ctx, filters) => exportUseCases(ctx.sql, filters, ctx.now())),
  measured: list("value.read", OfTeam, (ctx, team) => exportMeasured(ctx.sql, team, ctx.now())),
  kpis: list("value.read", OfTeam, (ctx, team) => exportKpis(ctx.sql, team, ctx.now())),
  outcomes: list("value.read", OfTeam, (ctx, team) => exportOutcomes(ctx.sql, team, ctx.now())),
  jobs: list("jobs.read", RunsAddress, (ctx, { state, q }) =>
    exportRuns(ctx.sql, { q, ...START, kind: null, state: state === "any" ? null : state }),
  ),
  plan: list("value.read", ExportPlan, (ctx, { plan }) => exportPlan(ctx.sql, plan, ctx.now())),
  streams: list("stream.export", StreamsAddress, (ctx, { state, ...filters }) =>
    exportStreams(ctx.sql, { ...filters, ...START, status: state === "any" ? null : state }, ctx.now()),
  ),
  roles: list("users.read", NONE, (ctx) => exportHolders(ctx.sql)),
  teams: list("users.read", NONE, (ctx) => exportTeams(ctx.sql)),
  "service-tokens": list("tokens.manage", NONE, (ctx) => exportServiceTokens(ctx.sql)),
  people: list("users.read", PeopleInput.omit(PAGED), (ctx, filters) =>
    exportPeople(ctx.sql, { ...filters, ...START }),
  ),
  "node-logins": list("fleet.manage", NodeLogins.omit(PAGED), (ctx, filters) =>
    exportNodeLogins(ctx.sql, { ...filters, ...START }),
  ),
  quarantine: list("quarantine.read", QuarantineInput.omit(PAGED), (ctx, filters) =>
    exportQuarantine(ctx.sql, { ...filters, ...START }),
  ),
};
