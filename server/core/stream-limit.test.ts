import { expect, test } from "vitest";
import { StreamLimit } from "./stream-limit";

test("T32 of a thousand event streams of one person twenty are opened, and others get theirs", () => {
  const limit = new StreamLimit();
  const entered = Array.from({ length: 1_000 }, () => limit.enter("ann"));
  const leaves = entered.filter((entry) => typeof entry === "function");
  expect(leaves).toHaveLength(20);
  expect(entered.at(-1)).toMatchObject({ status: 429, code: "E_RATE" });
  expect(typeof limit.enter("bob")).toBe("function");
  leaves[0]?.();
  leaves[0]?.();
  expect([typeof limit.enter("ann"), typeof limit.enter("ann")]).toEqual(["function", "object"]);
});
