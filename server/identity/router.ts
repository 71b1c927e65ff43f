import { abilities, type Actor } from "@/server/core/actor";
import { NOT_HERE } from "@/server/core/context";
import { isDemo } from "@/server/core/deployment";
import { DomainError } from "@/server/core/errors";
import { protectedProcedure, router } from "@/server/core/trpc";
import { endSessionOf, endSessionsOf, revokeTokenOf } from "./people-access-verbs";
import { findPerson, listHolders, listPeople } from "./people-queries";
import { getViewer, listSessions, listTokens } from "./queries";
import { changePassword, issueReset } from "./password-verbs";
import { addPerson, disablePerson, enablePerson, grantRole, revokeRole } from "./people-verbs";
import {
  AddPerson,
  AddSite,
  AddTeam,
  ChangeTeam,
  ChangePassword,
  CreateServiceToken,
  CreateToken,
  DisablePerson,
  EndSession,
  GrantRole,
  OfPerson,
  OnPerson,
  OnSite,
  OnTeam,
  PeopleInput,
  RevokeRole,
  RevokeToken,
} from "./schema";
import { listTeams } from "./team-queries";
import { addSite, addTeam, changeSite, changeTeam, makeDefaultTeam, removeSite, removeTeam } from "./team-verbs";
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
  list: protectedProcedure("users.read")
    .input(PeopleInput)
    .query(({ ctx, input }) => listPeople(ctx.sql, input)),
  get: protectedProcedure("users.read")
    .input(OnPerson)
    .query(async ({ ctx, input }) => {
      const person = await findPerson(ctx.sql, input.userId);
      if (!person) throw new DomainError("not_found", NOT_HERE);
      return person;
    }),
  holders: protectedProcedure("users.read").query(({ ctx }) => listHolders(ctx.sql)),
  add: protectedProcedure("users.manage")
    .input(AddPerson)
    .mutation(({ ctx, input }) => addPerson(ctx, input)),
  disable: protectedProcedure("users.manage")
    .input(DisablePerson)
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
    .input(RevokeRole)
    .mutation(({ ctx, input }) => revokeRole(ctx, input)),
  sessions: protectedProcedure("sessions.manage")
    .input(OnPerson)
    .query(({ ctx, input }) =>
      listSessions(ctx.sql, input.userId, ctx.actor.kind === "user" ? ctx.actor.sessionId : null),
    ),
  endSession: protectedProcedure("sessions.manage")
    .input(OfPerson)
    .mutation(({ ctx, input }) => endSessionOf(ctx, input)),
  endSessions: protectedProcedure("sessions.manage")
    .input(OnPerson)
    .mutation(({ ctx, input }) => endSessionsOf(ctx, input)),
  tokens: protectedProcedure("tokens.manage")
    .input(OnPerson)
    .query(({ ctx, input }) => listTokens(ctx.sql, input.userId)),
  revokeToken: protectedProcedure("tokens.manage")
    .input(OfPerson)
    .mutation(({ ctx, input }) => revokeTokenOf(ctx, input)),
});

export const teamsRouter = router({
  list: protectedProcedure("users.read").query(({ ctx }) => listTeams(ctx.sql)),
  add: protectedProcedure("teams.manage")
    .input(AddTeam)
    .mutation(({ ctx, input }) => addTeam(ctx, input)),
  change: protectedProcedure("teams.manage")
    .input(ChangeTeam)
    .mutation(({ ctx, input }) => changeTeam(ctx, input)),
  makeDefault: protectedProcedure("teams.manage")
    .input(OnTeam)
    .mutation(({ ctx, input }) => makeDefaultTeam(ctx, input)),
  remove: protectedProcedure("teams.manage")
    .input(OnTeam)
    .mutation(({ ctx, input }) => removeTeam(ctx, input)),
  addSite: protectedProcedure("teams.manage")
    .input(AddSite)
    .mutation(({ ctx, input }) => addSite(ctx, input)),
  changeSite: protectedProcedure("teams.manage")
    .input(AddSite)
    .mutation(({ ctx, input }) => changeSite(ctx, input)),
  removeSite: protectedProcedure("teams.manage")
    .input(OnSite)
    .mutation(({ ctx, input }) => removeSite(ctx, input)),
});

/** A token of the organisation has no account: nothing is its own. */
function userIdOf(actor: Actor): string {
  return actor.kind === "token" ? (actor.userId ?? actor.id) : actor.id;
}
