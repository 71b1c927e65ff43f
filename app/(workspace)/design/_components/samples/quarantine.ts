import type { Answers } from "../staged";

/** Sample answers of `quarantine`. Shapes as the server gives them, a moment of a demo plant. */
export const QUARANTINE = {
  list: {
    rows: [
      {
        id: 5,
        nodeId: "edge-stranger",
        topic: "tl/1/edge-stranger/up/plain/fan-1/speed",
        lane: null,
        batch: null,
        reason: "PROPOSED",
        field: null,
        message: "Nobody has accepted this node or stream yet.",
        hint: "Accept it; what was kept is then stored.",
        bytes: 14,
        status: "held",
        receivedMs: 1795917996224,
        decidedMs: null,
        decidedBy: null,
        replayError: null,
      },
      {
        id: 4,
        nodeId: "edge-broken",
        topic: "tl/1/edge-broken/up/batch/telemetry",
        lane: "telemetry",
        batch: null,
        reason: "PARSE",
        field: null,
        message: "The payload is not JSON: Expected ',' or '}' after property value in JSON at position 34.",
        hint: "Send one complete JSON document and nothing after it.",
        bytes: 34,
        status: "held",
        receivedMs: 1795917995700,
        decidedMs: null,
        decidedBy: null,
        replayError: null,
      },
    ],
    next: null,
    reasons: [
      {
        reason: "PARSE",
        n: 4,
      },
      {
        reason: "PROPOSED",
        n: 1,
      },
    ],
    nodes: [
      {
        nodeId: "edge-broken",
        n: 4,
      },
      {
        nodeId: "edge-stranger",
        n: 1,
      },
    ],
    matching: 5,
  },
} satisfies Answers["quarantine"];
