import { createCallerFactory, router } from "./core/trpc";
import { fleetRouter, quarantineRouter, streamsRouter } from "./fabric/router";
import { homeRouter } from "./home/router";
import { meRouter } from "./identity/router";

export const appRouter = router({
  me: meRouter,
  home: homeRouter,
  fleet: fleetRouter,
  streams: streamsRouter,
  quarantine: quarantineRouter,
});
export type AppRouter = typeof appRouter;

/** The same procedures without HTTP, for route handlers. */
export const createCaller = createCallerFactory(appRouter);

/** Bytes for nodes are no procedure: a route handler hands its request on as it is. */
export { serveStoredArtifact } from "./models/artifact-http";
