import { createCallerFactory, router } from "./core/trpc";
import { blastRouter } from "./blast/router";
import { fleetRouter, quarantineRouter, streamsRouter } from "./fabric/router";
import { auditRouter } from "./audit/router";
import { homeRouter } from "./home/router";
import { inboxRouter } from "./inbox/router";
import { jobsRouter } from "./jobs/router";
import { measuredRouter } from "./measured/router";
import { meRouter, peopleRouter, teamsRouter, tokensRouter } from "./identity/router";
import { systemRouter } from "./system/router";
import { planRouter } from "./value/plan-router";
import { valueRouter } from "./value/router";
import { viewsRouter } from "./views/router";

export const appRouter = router({
  me: meRouter,
  home: homeRouter,
  people: peopleRouter,
  teams: teamsRouter,
  tokens: tokensRouter,
  audit: auditRouter,
  fleet: fleetRouter,
  streams: streamsRouter,
  quarantine: quarantineRouter,
  value: valueRouter,
  measured: measuredRouter,
  blast: blastRouter,
  plan: planRouter,
  views: viewsRouter,
  jobs: jobsRouter,
  inbox: inboxRouter,
  system: systemRouter,
});
export type AppRouter = typeof appRouter;

/** The same procedures without HTTP, for route handlers. */
export const createCaller = createCallerFactory(appRouter);

/** Bytes for nodes are no procedure: a route handler hands its request on as it is. */
export { serveStoredArtifact } from "./models/artifact-http";

export { serveRunResult } from "./jobs/result-http";

/** Sign-in is next-auth's: its route and what its page offers. */
export { handleAuth, signInOptions } from "./identity/auth-handler";

/** What somebody does who cannot sign in yet. */
export { handleAccount } from "./identity/account-http";
