import type { Answers } from "../staged";

/** Sample answers of `audit`. Shapes as the server gives them, a moment of a demo plant. */
export const AUDIT = {
  list: {
    rows: [
      {
        n: 63,
        atMs: 1795918001581,
        actorKind: "user",
        actorName: "Aiko Tanaka",
        action: "job.start",
        subject: "job:afc30d68-7049-4f01-8b2a-18f9f157e426",
        before: null,
        after: {
          kind: "export-readings",
          input: {
            toMs: 1795918001511,
            fromMs: 1795917941511,
            streamIds: [274],
          },
          title: "Export pump-1/probe of edge-pump, 2026-11-29 to 2026-11-29",
        },
      },
      {
        n: 62,
        atMs: 1795917996641,
        actorKind: "system",
        actorName: "command line",
        action: "node.add",
        subject: "node:edge-patchy",
        before: null,
        after: {
          site: null,
          trusted: true,
        },
      },
    ],
    next: null,
    actions: ["demo.history", "demo.pages", "job.start"],
  },
} satisfies Answers["audit"];
