import { findLineFacts } from "./line-queries";
import { searchValue } from "./search-queries";
import { ofTeam } from "./domain/of-team";
import { ownerIdOf } from "@/server/core/actor";
import { DomainError } from "@/server/core/errors";
import { NOT_HERE } from "@/server/core/context";
import { ThingId } from "./domain/thing-id";
import { protectedProcedure, router } from "@/server/core/trpc";
import { findKpi, listKpis } from "./kpi-queries";
import { importUseCases } from "./import-verbs";
import { importKpiValues } from "./kpi-import-verbs";
import { addKpi, approveKpi, enterKpiValue, reviseKpi } from "./kpi-verbs";
import { AddOption, ChangeOption, ChooseOption, DropOption } from "./option-schema";
import { addOption, changeOption, chooseOption, dropOption } from "./option-verbs";
import { findOutcome, listOutcomes } from "./outcome-queries";
import { addOutcome, changeOutcome } from "./outcome-verbs";
import { findThings, findUseCase, getPolicy, listPeople } from "./queries";
import { findRating } from "./rating-queries";
import { RateUseCase } from "./rating-schema";
import { rateUseCase } from "./rating-verbs";
import {
  AddKpi,
  AddOutcome,
  ApproveKpi,
  ChangeOutcome,
  CommitMoney,
  ConfirmRole,
  EnterKpiValue,
  EstimateUseCase,
  FindThings,
  MoveStage,
  ProposeUseCase,
  ImportKpiValues,
  ImportUseCases,
  ReviewUseCase,
  ReviseKpi,
  SavePolicy,
  SetEffects,
  SetNeeds,
  SetPeople,
  TriageUseCase,
  OfTeam,
} from "./schema";
import { readPortfolio } from "./portfolio-queries";
import { savePolicy } from "./policy-verbs";
import { commitMoney, confirmRole, moveStage, reviewUseCase, setEffects, setNeeds, setPeople } from "./use-case-verbs";
import { estimateUseCase, proposeUseCase, triageUseCase } from "./verbs";
import { getSinceLastVisit } from "./visit-queries";
import { visitPortfolio } from "./visit-verbs";

export const valueRouter = router({
  portfolio: protectedProcedure("value.read").query(({ ctx }) => readPortfolio(ctx)),
  visit: protectedProcedure("value.read").mutation(({ ctx }) => visitPortfolio(ctx)),
  changes: protectedProcedure("value.read").query(({ ctx: { sql, actor } }) =>
    getSinceLastVisit(sql, ownerIdOf(actor)),
  ),
  get: protectedProcedure("value.read")
    .input(ThingId)
    .query(async ({ ctx, input }) => {
      const found = await ctx.shared(`value.get ${input.id}`, () => findUseCase(ctx.sql, input.id, ctx.now()));
      if (!found) throw new DomainError("not_found", NOT_HERE);
      return found;
    }),
  line: protectedProcedure("value.read")
    .input(ThingId)
    .query(async ({ ctx, input }) => {
      const found = await ctx.shared(`value.line ${input.id}`, () => findLineFacts(ctx.sql, input.id, ctx.now()));
      if (!found) throw new DomainError("not_found", NOT_HERE);
      return found;
    }),
  rating: protectedProcedure("value.read")
    .input(ThingId)
    .query(({ ctx, input }) => findRating(ctx.sql, input.id)),
  policy: protectedProcedure("value.read").query(({ ctx }) => getPolicy(ctx.sql)),
  kpis: protectedProcedure("value.read")
    .input(OfTeam.default({ team: null }))
    .query(async ({ ctx, input }) => ofTeam(await ctx.shared("value.kpis", () => listKpis(ctx.sql, ctx.now())), input)),
  kpi: protectedProcedure("value.read")
    .input(ThingId)
    .query(async ({ ctx, input }) => {
      const found = await ctx.shared(`value.kpi ${input.id}`, () => findKpi(ctx.sql, input.id, ctx.now()));
      if (!found) throw new DomainError("not_found", NOT_HERE);
      return found;
    }),
  outcomes: protectedProcedure("value.read")
    .input(OfTeam.default({ team: null }))
    .query(async ({ ctx, input }) =>
      ofTeam(await ctx.shared("value.outcomes", () => listOutcomes(ctx.sql, ctx.now())), input),
    ),
  outcome: protectedProcedure("value.read")
    .input(ThingId)
    .query(async ({ ctx, input }) => {
      const found = await ctx.shared(`value.outcome ${input.id}`, () => findOutcome(ctx.sql, input.id, ctx.now()));
      if (!found) throw new DomainError("not_found", NOT_HERE);
      return found;
    }),
  people: protectedProcedure("value.estimate").query(({ ctx }) => listPeople(ctx.sql)),
  search: protectedProcedure("value.read")
    .input(FindThings.omit({ kinds: true }))
    .query(({ ctx, input }) => searchValue(ctx.sql, input.q)),
  things: protectedProcedure("value.estimate")
    .input(FindThings)
    .query(({ ctx, input }) => findThings(ctx.sql, input)),
  propose: protectedProcedure("value.propose")
    .input(ProposeUseCase)
    .mutation(({ ctx, input }) => proposeUseCase(ctx, input)),
  confirm: protectedProcedure("value.propose")
    .input(ConfirmRole)
    .mutation(({ ctx, input }) => confirmRole(ctx, input)),
  estimate: protectedProcedure("value.estimate")
    .input(EstimateUseCase)
    .mutation(({ ctx, input }) => estimateUseCase(ctx, input)),
  rate: protectedProcedure("value.estimate")
    .input(RateUseCase)
    .mutation(({ ctx, input }) => rateUseCase(ctx, input)),
  importUseCases: protectedProcedure("value.estimate")
    .input(ImportUseCases)
    .mutation(({ ctx, input }) => importUseCases(ctx, input)),
  setPeople: protectedProcedure("value.estimate")
    .input(SetPeople)
    .mutation(({ ctx, input }) => setPeople(ctx, input)),
  setNeeds: protectedProcedure("value.estimate")
    .input(SetNeeds)
    .mutation(({ ctx, input }) => setNeeds(ctx, input)),
  setEffects: protectedProcedure("value.estimate")
    .input(SetEffects)
    .mutation(({ ctx, input }) => setEffects(ctx, input)),
  addOption: protectedProcedure("value.estimate")
    .input(AddOption)
    .mutation(({ ctx, input }) => addOption(ctx, input)),
  changeOption: protectedProcedure("value.estimate")
    .input(ChangeOption)
    .mutation(({ ctx, input }) => changeOption(ctx, input)),
  dropOption: protectedProcedure("value.estimate")
    .input(DropOption)
    .mutation(({ ctx, input }) => dropOption(ctx, input)),
  chooseOption: protectedProcedure("value.decide")
    .input(ChooseOption)
    .mutation(({ ctx, input }) => chooseOption(ctx, input)),
  addKpi: protectedProcedure("value.estimate")
    .input(AddKpi)
    .mutation(({ ctx, input }) => addKpi(ctx, input)),
  reviseKpi: protectedProcedure("value.estimate")
    .input(ReviseKpi)
    .mutation(({ ctx, input }) => reviseKpi(ctx, input)),
  enterKpiValue: protectedProcedure("value.estimate")
    .input(EnterKpiValue)
    .mutation(({ ctx, input }) => enterKpiValue(ctx, input)),
  importKpiValues: protectedProcedure("value.estimate")
    .input(ImportKpiValues)
    .mutation(({ ctx, input }) => importKpiValues(ctx, input)),
  approveKpi: protectedProcedure("value.decide")
    .input(ApproveKpi)
    .mutation(({ ctx, input }) => approveKpi(ctx, input)),
  addOutcome: protectedProcedure("value.decide")
    .input(AddOutcome)
    .mutation(({ ctx, input }) => addOutcome(ctx, input)),
  changeOutcome: protectedProcedure("value.decide")
    .input(ChangeOutcome)
    .mutation(({ ctx, input }) => changeOutcome(ctx, input)),
  triage: protectedProcedure("value.decide")
    .input(TriageUseCase)
    .mutation(({ ctx, input }) => triageUseCase(ctx, input)),
  move: protectedProcedure("value.decide")
    .input(MoveStage)
    .mutation(({ ctx, input }) => moveStage(ctx, input)),
  commit: protectedProcedure("value.commit")
    .input(CommitMoney)
    .mutation(({ ctx, input }) => commitMoney(ctx, input)),
  review: protectedProcedure("value.decide")
    .input(ReviewUseCase)
    .mutation(({ ctx, input }) => reviewUseCase(ctx, input)),
  savePolicy: protectedProcedure("value.policy")
    .input(SavePolicy)
    .mutation(({ ctx, input }) => savePolicy(ctx, input)),
});
