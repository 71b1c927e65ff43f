import type { Answers } from "../staged";

/** Sample answers of `home`. Shapes as the server gives them, a moment of a demo plant. */
export const HOME = {
  lookAt: {
    stories: [
      {
        id: "process-change",
        title: "A new product that the model has never seen",
        sentence:
          "The presses ran another product: they were sound, and the model that knew only the old product called everything wrong.",
        href: "/streams/67?from=2026-11-26T16:00Z&to=2026-11-27T06:00Z",
      },
      {
        id: "sensor-drift",
        title: "A gauge that drifts away from its neighbours",
        sentence:
          "The pressure gauge of pump-2 showed more and more, while the gauges beside it on the same header stayed where they were.",
        href: "/streams/94?from=2026-11-27T11:36Z&to=2026-11-28T04:24Z",
      },
      {
        id: "bad-release",
        title: "A release that cried wolf",
        sentence:
          "A new version of pump-health had learned only quiet nights of another season: sound pumps were alarms until it was rolled back.",
        href: "/streams/91?from=2026-11-28T09:36Z&to=2026-11-29T02:24Z",
      },
    ],
    arriving: null,
  },
  facts: {
    nowMs: 1795918163979,
    fleet: {
      nodes: 7,
      byStatus: {
        ok: 4,
        watch: 0,
        bad: 2,
        unknown: 1,
      },
      offline: 1,
      proposedNodes: 0,
      waitingNodes: 1,
      proposedStreams: 1,
      quarantined: 5,
      retired: 0,
      worst: {
        id: "edge-broken",
        status: "bad",
        reason: "sending, but every message is refused: cannot be read",
      },
    },
    troubled: [
      {
        id: "edge-broken",
        name: null,
        status: "bad",
        reason: "sending, but every message is refused: cannot be read",
      },
      {
        id: "edge-patchy",
        name: null,
        status: "bad",
        reason: "offline for 52 s",
      },
    ],
    streams: {
      accepted: 66,
      current: 65,
    },
    overLimit: [],
    alarms: [],
    models: [
      {
        nodeId: "edge-lyon-1",
        slot: "pump-health",
        model: "sha256:458a12de0ff3",
        scored24h: 172,
        lastMs: 1795918160000,
        lastLabel: "normal",
        p50LatencyMs: 0.020276,
      },
      {
        nodeId: "edge-lyon-2",
        slot: "press-health",
        model: "sha256:5db8650b517b",
        scored24h: 72,
        lastMs: 1795918160000,
        lastLabel: "normal",
        p50LatencyMs: 0.037017,
      },
    ],
    lost24h: {
      rows: 20,
      nodes: 1,
    },
    quarantine: null,
    changes: [
      {
        atMs: 1795918110078,
        nodeId: "edge-patchy",
        href: "/fleet/edge-patchy",
        status: "ok",
        text: "1 stream of edge-patchy accepted",
      },
      {
        atMs: 1795918105449,
        nodeId: "edge-pump",
        href: "/fleet/edge-pump",
        status: "ok",
        text: "edge-pump came online",
      },
      {
        atMs: 1795918105369,
        nodeId: "edge-pump",
        href: "/fleet/edge-pump",
        status: "ok",
        text: "2 streams of edge-pump accepted",
      },
      {
        atMs: 1795918102496,
        nodeId: "edge-lyon-1",
        href: "/fleet/edge-lyon-1",
        status: "ok",
        text: "edge-lyon-1 came online",
      },
    ],
    value: {
      title: "€57 k of €120 k is committed to 4 use cases",
      detail:
        "Measured to have paid back already: Save energy 1 on day 7. 2 of the others should pay back within 90 days. Nothing more can be funded yet: Pump house energy waits. No sponsor is named. Pump house energy is not ready: speed drives, nothing provides it yet. 1 proposal waits for a decision.",
      pending: 1,
      useCases: {
        accepted: 5,
        ready: 4,
        waitsFor: "Pump house energy: speed drives, nothing provides it yet",
      },
      outcomes: {
        active: 2,
        known: 2,
        unknown: null,
      },
    },
  },
} satisfies Answers["home"];
