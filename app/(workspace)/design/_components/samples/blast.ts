import type { Answers } from "../staged";

/** Sample answers of `blast`. Shapes as the server gives them, a moment of a demo plant. */
export const BLAST = {
  of: {
    label: "edge-lyon-1",
    useCases: [
      {
        id: "198135a5-8b95-4cf0-8300-7a5681c56e35",
        title: "Bearing wear, pump house",
        stage: "prove",
        isLive: false,
        becomes: "stops",
        why: "Nothing else provides bearing temperature, load, vibration.",
        centsPerDay: {
          known: true,
          value: {
            cents: 26010,
            basis: "estimated",
          },
        },
      },
      {
        id: "d81d4d07-81be-4f04-8473-369363d54727",
        title: "Pump house energy",
        stage: "idea",
        isLive: false,
        becomes: "down",
        why: "It lacks speed drives already.",
        centsPerDay: {
          known: true,
          value: {
            cents: 5390,
            basis: "estimated",
          },
        },
      },
    ],
    kpis: [
      {
        id: "98559085-735d-46d2-aab8-b370b59f6014",
        name: "Vibration, pump 1",
      },
    ],
    outcomes: [
      {
        id: "df16267b-bc82-4d8a-850e-3d9992e92058",
        statement: "Pumps that run calmly",
      },
    ],
    currency: "EUR",
    lost: {
      liveCents: 0,
      promisedCents: 26010,
      unknownUseCases: 0,
    },
  },
} satisfies Answers["blast"];
