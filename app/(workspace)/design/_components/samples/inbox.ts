import type { Answers } from "../staged";

/** Sample answers of `inbox`. Shapes as the server gives them, a moment of a demo plant. */
export const INBOX = {
  list: {
    rows: [
      {
        id: 1,
        kind: "job-done",
        status: "ok",
        title: "Done: Export pump-1/probe of edge-pump, 2026-11-29 to 2026-11-29",
        detail: "581 readings in 0.00 MB.",
        href: "/jobs/afc30d68-7049-4f01-8b2a-18f9f157e426",
        times: 1,
        atMs: 1795918001775,
        unread: true,
      },
    ],
    next: null,
    unread: 1,
  },
} satisfies Answers["inbox"];
