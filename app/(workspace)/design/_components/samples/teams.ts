import type { Answers } from "../staged";

/** Sample answers of `teams`. Shapes as the server gives them, a moment of a demo plant. */
export const TEAMS = {
  list: {
    sites: [
      {
        id: "lyon",
        name: "lyon",
        timeZone: "UTC",
        nodes: 3,
      },
    ],
    teams: [
      {
        id: "a9f3b1b5-2828-462b-8aa5-115c8cf7c1a7",
        name: "First team",
        siteId: null,
        isDefault: true,
        nodes: 7,
        streams: 67,
        tokens: 0,
        members: [
          {
            userId: "745b7eac-caff-4867-8bfb-6549a507aafe",
            name: "Dana Osei",
            role: "data-scientist",
            disabled: false,
          },
          {
            userId: "38dfc4ce-39a9-4a5b-8c2f-e4672187aba1",
            name: "Tomás Rivera",
            role: "technician",
            disabled: false,
          },
        ],
      },
    ],
  },
} satisfies Answers["teams"];
