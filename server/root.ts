import { createCallerFactory, router } from "./core/trpc";
import { fleetRouter, quarantineRouter, streamsRouter } from "./fabric/router";
import { meRouter } from "./identity/router";

export const appRouter = router({
  me: meRouter,
  fleet: fleetRouter,
  streams: streamsRouter,
  quarantine: quarantineRouter,
});
export type AppRouter = typeof appRouter;

/** The same procedures without HTTP, for route handlers. */
export const createCaller = createCallerFactory(appRouter);

/** Bytes for nodes are no procedure: a route handler hands its request on as it is. */
export { serveStoredArtifact } from "./models/artifact-http";
