import type { Answers } from "../staged";

/** Sample answers of `tokens`. Shapes as the server gives them, a moment of a demo plant. */
export const TOKENS = {
  list: [
    {
      id: "1",
      name: "Historian",
      hint: "tl_pat_4f",
      access: "read",
      role: "technician",
      teamId: null,
      teamName: null,
      createdBy: "Elena Marchetti",
      createdMs: 1795918100000,
      expiresMs: 1803694100000,
      lastUsedMs: 1795918160000,
    },
  ],
} satisfies Answers["tokens"];
