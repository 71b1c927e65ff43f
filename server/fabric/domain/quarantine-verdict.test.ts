import { expect, test } from "vitest";
import { REJECT_CODES } from "@/sdk/wire/codes";
import { quarantineVerdict } from "./quarantine-verdict";
import { reasonWords } from "./reason-words";

test("every code of the wire contract has words", () => {
  for (const code of REJECT_CODES) expect(reasonWords(code)).not.toBe(code.toLowerCase().replace(/_/g, " "));
});

test.each([
  [{ status: "held", matching: 0, reasons: [], nodes: [] }, "Nothing is held in quarantine"],
  [
    { status: "held", matching: 6, reasons: [{ reason: "PROPOSED", n: 6 }], nodes: [{ nodeId: "edge-lyon-3", n: 6 }] },
    "6 messages from edge-lyon-3 wait for streams to be accepted",
  ],
  [
    {
      status: "held",
      matching: 9,
      reasons: [
        { reason: "PROPOSED", n: 6 },
        { reason: "PARSE", n: 3 },
      ],
      nodes: [
        { nodeId: "a", n: 6 },
        { nodeId: "b", n: 3 },
      ],
    },
    "9 messages from 2 nodes could not be stored",
  ],
  [{ status: "discarded", matching: 1, reasons: [], nodes: [] }, "1 message discarded"],
] as const)("the quarantine in a sentence %#", (facts, title) => {
  expect(quarantineVerdict(facts).title).toBe(title);
});
