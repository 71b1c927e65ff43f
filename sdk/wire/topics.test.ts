import fc from "fast-check";
import { expect, test } from "vitest";
import { LANES } from "./names";
import {
  ackTopic,
  actionTopic,
  batchTopic,
  birthTopic,
  commandTopic,
  desiredTopic,
  parseDownTopic,
  parseUpTopic,
  plainTopic,
  reportedTopic,
  responseTopic,
  stateTopic,
} from "./topics";

const node = "pump-house-1";

test("every topic we build is read back as what it was built from", () => {
  expect(parseUpTopic(birthTopic(node))).toEqual({ kind: "birth", node });
  expect(parseUpTopic(stateTopic(node))).toEqual({ kind: "state", node });
  expect(parseUpTopic(reportedTopic(node))).toEqual({ kind: "reported", node });
  expect(parseUpTopic(responseTopic(node))).toEqual({ kind: "rsp", node });
  expect(parseUpTopic(actionTopic(node, "a1"))).toEqual({ kind: "action", node, actionId: "a1" });
  expect(parseUpTopic(plainTopic(node, "boiler/temp"))).toEqual({ kind: "plain", node, stream: "boiler/temp" });
  for (const lane of LANES) {
    expect(parseUpTopic(batchTopic(node, lane))).toEqual({ kind: "batch", node, lane });
    expect(parseDownTopic(ackTopic(node, lane))).toEqual({ kind: "ack", node, lane });
  }
  expect(parseDownTopic(desiredTopic(node))).toEqual({ kind: "desired", node });
  expect(parseDownTopic(commandTopic(node, "ping"))).toEqual({ kind: "cmd", node, verb: "ping" });
});

test.each([
  "tl/1/pump-house-1/up/batch/other",
  "tl/1/pump-house-1/up/batch/telemetry/x",
  "tl/1/Pump/up/birth",
  "tl/1/../up/birth",
  "tl/2/pump-house-1/up/birth",
  "tl/1/pump-house-1/dn/desired",
  "tl/1/pump-house-1/up/plain/",
  "tl/1/pump-house-1/up/plain/a//b",
  "tl/1/pump-house-1/up/action/a b",
])("%s is none of the contract's", (topic) => {
  expect(parseUpTopic(topic)).toBeNull();
});

test("no text makes the parser throw", () => {
  fc.assert(fc.property(fc.string(), (text) => (parseUpTopic(text), parseDownTopic(`tl/1/${text}`), true)));
});
