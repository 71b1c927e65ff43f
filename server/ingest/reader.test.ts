import { brotliCompressSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { NO_PROPERTIES } from "./decode";
import type { PayloadRead } from "./read-payload";
import { Reader } from "./reader";

let reader: Reader | null = null;
const lost: Error[] = [];
afterEach(() => reader?.close());

const batch = (payload: Buffer, ce = "identity") => ({
  node: "n",
  lane: "telemetry" as const,
  payload,
  properties: { ...NO_PROPERTIES, user: { ce } },
  receivedMs: 1_767_225_600_000,
});

test("M12 what is compressed is read beside the main thread, however small, and cannot end the thread", async () => {
  reader = new Reader((cause) => lost.push(cause));
  let read: PayloadRead | null = null;
  reader.read(batch(Buffer.from("{}")), (answer) => (read = answer));
  expect(read, "a small plain batch is read at once").not.toBeNull();

  const bomb = brotliCompressSync(`[${"[0],".repeat(2_000_000)}0]`);
  expect(bomb.length).toBeLessThan(4 * 1024);
  const answers: PayloadRead[] = [];
  for (let i = 0; i < 3; i++) reader.read(batch(bomb, "br"), (answer) => answers.push(answer));
  expect(answers, "not on the main thread").toEqual([]);
  await reader.settle();
  expect(answers.map(({ read: outcome }) => (outcome.ok ? "taken" : outcome.refusal.code))).toEqual([
    "TOO_LARGE",
    "TOO_LARGE",
    "TOO_LARGE",
  ]);
  expect(lost).toEqual([]);
}, 30_000);
