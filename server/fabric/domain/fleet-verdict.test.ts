import { expect, test } from "vitest";
import { fleetVerdict, type FleetFacts } from "./fleet-verdict";

const calm: FleetFacts = {
  nodes: 3,
  byStatus: { ok: 3, watch: 0, bad: 0, unknown: 0 },
  offline: 0,
  proposedNodes: 0,
  waitingNodes: 0,
  proposedStreams: 0,
  quarantined: 0,
  retired: 0,
  worst: null,
};

test.each<[Partial<FleetFacts>, string, string]>([
  [{}, "ok", "All 3 nodes are connected and sending"],
  [{ nodes: 0, byStatus: { ok: 0, watch: 0, bad: 0, unknown: 0 } }, "unknown", "No node has been added yet"],
  [{ nodes: 1, byStatus: { ok: 1, watch: 0, bad: 0, unknown: 0 } }, "ok", "The one node is connected and sending"],
  [
    {
      byStatus: { ok: 2, watch: 0, bad: 1, unknown: 0 },
      offline: 1,
      worst: { id: "cold-store-1", status: "bad", reason: "offline for 26 min" },
    },
    "bad",
    "cold-store-1 needs help: offline for 26 min",
  ],
  [
    {
      nodes: 5,
      byStatus: { ok: 1, watch: 2, bad: 1, unknown: 1 },
      offline: 1,
      worst: { id: "cold-store-1", status: "bad", reason: "offline for 26 min" },
    },
    "bad",
    "cold-store-1 needs help: offline for 26 min; 2 more to watch",
  ],
  [
    { nodes: 9, byStatus: { ok: 5, watch: 1, bad: 3, unknown: 0 }, offline: 2 },
    "bad",
    "3 nodes of 9 need help, 2 offline",
  ],
  [{ nodes: 9, byStatus: { ok: 7, watch: 2, bad: 0, unknown: 0 } }, "watch", "All connected, 2 nodes to watch"],
  [{ byStatus: { ok: 2, watch: 0, bad: 0, unknown: 1 } }, "unknown", "2 of 3 nodes are sending, 1 not known yet"],
  [{ byStatus: { ok: 0, watch: 0, bad: 0, unknown: 3 } }, "unknown", "Nothing is known yet about the 3 nodes"],
])("the fleet in a sentence %#", (change, status, title) => {
  expect(fleetVerdict({ ...calm, ...change })).toMatchObject({ status, title });
});

test("what waits for a person is said after what is wrong", () => {
  expect(fleetVerdict(calm).detail).toBe("Nothing waits for a decision.");
  expect(fleetVerdict({ ...calm, proposedNodes: 1, proposedStreams: 2, quarantined: 9 }).detail).toBe(
    "1 node and 2 streams wait to be accepted; 9 messages are in quarantine.",
  );
  expect(fleetVerdict({ ...calm, proposedStreams: 1, quarantined: 1 }).detail).toBe(
    "1 stream waits to be accepted; 1 message is in quarantine.",
  );
});
