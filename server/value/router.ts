import { DomainError } from "@/server/core/errors";
import { NOT_HERE } from "@/server/core/context";
import { UseCaseId } from "./domain/use-case-id";
import { protectedProcedure, router } from "@/server/core/trpc";
import { findThings, findUseCase, getPortfolio, listPeople } from "./queries";
import {
  CommitMoney,
  ConfirmRole,
  EstimateUseCase,
  FindThings,
  MoveStage,
  ProposeUseCase,
  ReviewUseCase,
  SavePolicy,
  SetNeeds,
  SetPeople,
  TriageUseCase,
} from "./schema";
import { savePolicy } from "./policy-verbs";
import { commitMoney, confirmRole, moveStage, reviewUseCase, setNeeds, setPeople } from "./use-case-verbs";
import { estimateUseCase, proposeUseCase, triageUseCase } from "./verbs";

export const valueRouter = router({
  portfolio: protectedProcedure("value.read").query(({ ctx }) =>
    ctx.shared("value.portfolio", () => getPortfolio(ctx.sql, ctx.now())),
  ),
  get: protectedProcedure("value.read")
    .input(UseCaseId)
    .query(async ({ ctx, input }) => {
      const found = await ctx.shared(`value.get ${input.id}`, () => findUseCase(ctx.sql, input.id, ctx.now()));
      if (!found) throw new DomainError("not_found", NOT_HERE);
      return found;
    }),
  people: protectedProcedure("value.estimate").query(({ ctx }) => listPeople(ctx.sql)),
  things: protectedProcedure("value.estimate")
    .input(FindThings)
    .query(({ ctx, input }) => findThings(ctx.sql, input.q)),
  propose: protectedProcedure("value.propose")
    .input(ProposeUseCase)
    .mutation(({ ctx, input }) => proposeUseCase(ctx, input)),
  confirm: protectedProcedure("value.propose")
    .input(ConfirmRole)
    .mutation(({ ctx, input }) => confirmRole(ctx, input)),
  estimate: protectedProcedure("value.estimate")
    .input(EstimateUseCase)
    .mutation(({ ctx, input }) => estimateUseCase(ctx, input)),
  setPeople: protectedProcedure("value.estimate")
    .input(SetPeople)
    .mutation(({ ctx, input }) => setPeople(ctx, input)),
  setNeeds: protectedProcedure("value.estimate")
    .input(SetNeeds)
    .mutation(({ ctx, input }) => setNeeds(ctx, input)),
  triage: protectedProcedure("value.decide")
    .input(TriageUseCase)
    .mutation(({ ctx, input }) => triageUseCase(ctx, input)),
  move: protectedProcedure("value.decide")
    .input(MoveStage)
    .mutation(({ ctx, input }) => moveStage(ctx, input)),
  commit: protectedProcedure("value.decide")
    .input(CommitMoney)
    .mutation(({ ctx, input }) => commitMoney(ctx, input)),
  review: protectedProcedure("value.decide")
    .input(ReviewUseCase)
    .mutation(({ ctx, input }) => reviewUseCase(ctx, input)),
  savePolicy: protectedProcedure("value.policy")
    .input(SavePolicy)
    .mutation(({ ctx, input }) => savePolicy(ctx, input)),
});
