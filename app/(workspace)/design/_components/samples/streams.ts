import type { Answers } from "../staged";

/** Sample answers of `streams`. Shapes as the server gives them, a moment of a demo plant. */
export const STREAMS = {
  list: {
    rows: [
      {
        id: 1,
        nodeId: "cold-store-1",
        nodeOnline: true,
        device: "rack",
        key: "rack/compressor-power",
        quantity: "power",
        unit: "kW",
        type: "number",
        rateHz: 1,
        status: "accepted",
        plain: false,
        limitLow: null,
        limitHigh: null,
        lastMs: 1795918006000,
        value: 4.65,
        createdMs: 1795917990200,
        quality: "good",
        health: {
          status: "ok",
          reason: "current, no limit set",
        },
      },
      {
        id: 2,
        nodeId: "cold-store-1",
        nodeOnline: true,
        device: "rack",
        key: "rack/suction-pressure",
        quantity: "pressure",
        unit: "bar",
        type: "number",
        rateHz: 1,
        status: "accepted",
        plain: false,
        limitLow: null,
        limitHigh: null,
        lastMs: 1795918006000,
        value: 1.147,
        createdMs: 1795917990200,
        quality: "good",
        health: {
          status: "ok",
          reason: "current, no limit set",
        },
      },
    ],
    next: 92,
    matching: 67,
    total: 67,
  },
} satisfies Answers["streams"];
