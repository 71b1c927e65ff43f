import { abilities, type Actor } from "@/server/core/actor";
import { isDemo } from "@/server/core/deployment";
import { protectedProcedure, router } from "@/server/core/trpc";
import { getViewer, listPeople, listSessions, listTokens } from "./queries";
import { changePassword, issueReset } from "./password-verbs";
import { addPerson, disablePerson, enablePerson, grantRole, revokeRole } from "./people-verbs";
import {
  AddPerson,
  ChangePassword,
  CreateServiceToken,
  CreateToken,
  EndSession,
  GrantRole,
  OnPerson,
  RevokeToken,
} from "./schema";
import {
  createOwnToken,
  createServiceToken,
  endOtherSessions,
  endOwnSession,
  revokeOwnToken,
  revokeServiceToken,
} from "./verbs";

export const meRouter = router({
  /** Who is signed in and what the pages may offer them. */
  viewer: protectedProcedure("account.read").query(async ({ ctx: { sql, actor } }) => ({
    ...(await getViewer(sql, actor)),
    can: abilities(actor),
    isDemo: isDemo(process.env),
  })),
  sessions: protectedProcedure("account.read").query(({ ctx: { sql, actor } }) =>
    listSessions(sql, userIdOf(actor), actor.kind === "user" ? actor.sessionId : null),
  ),
  endSession: protectedProcedure("account.manage")
    .input(EndSession)
    .mutation(({ ctx, input }) => endOwnSession(ctx, input)),
  endOtherSessions: protectedProcedure("account.manage").mutation(({ ctx }) => endOtherSessions(ctx)),
  changePassword: protectedProcedure("account.manage")
    .input(ChangePassword)
    .mutation(({ ctx, input }) => changePassword(ctx, input, { ip: "session", userAgent: "" })),
  tokens: protectedProcedure("account.read").query(({ ctx: { sql, actor } }) => listTokens(sql, userIdOf(actor))),
  createToken: protectedProcedure("account.manage")
    .input(CreateToken)
    .mutation(({ ctx, input }) => createOwnToken(ctx, input)),
  revokeToken: protectedProcedure("account.manage")
    .input(RevokeToken)
    .mutation(({ ctx, input }) => revokeOwnToken(ctx, input)),
});

export const tokensRouter = router({
  list: protectedProcedure("tokens.manage").query(({ ctx }) => listTokens(ctx.sql, null)),
  create: protectedProcedure("tokens.manage")
    .input(CreateServiceToken)
    .mutation(({ ctx, input }) => createServiceToken(ctx, input)),
  revoke: protectedProcedure("tokens.manage")
    .input(RevokeToken)
    .mutation(({ ctx, input }) => revokeServiceToken(ctx, input)),
});

export const peopleRouter = router({
  list: protectedProcedure("users.read").query(({ ctx }) => listPeople(ctx.sql)),
  add: protectedProcedure("users.manage")
    .input(AddPerson)
    .mutation(({ ctx, input }) => addPerson(ctx, input)),
  disable: protectedProcedure("users.manage")
    .input(OnPerson)
    .mutation(({ ctx, input }) => disablePerson(ctx, input)),
  enable: protectedProcedure("users.manage")
    .input(OnPerson)
    .mutation(({ ctx, input }) => enablePerson(ctx, input)),
  issueReset: protectedProcedure("users.manage")
    .input(OnPerson)
    .mutation(({ ctx, input }) => issueReset(ctx, input)),
  grantRole: protectedProcedure("roles.grant")
    .input(GrantRole)
    .mutation(({ ctx, input }) => grantRole(ctx, input)),
  revokeRole: protectedProcedure("roles.grant")
    .input(GrantRole)
    .mutation(({ ctx, input }) => revokeRole(ctx, input)),
});

/** A token of the organisation has no account: nothing is its own. */
function userIdOf(actor: Actor): string {
  return actor.kind === "token" ? (actor.userId ?? actor.id) : actor.id;
}
