import { expect, test } from "vitest";
import { planCombinations, whySkipped } from "./plan";

test.each([
  [true, true, ["plain+aedes", "timescale+mosquitto"]],
  [true, false, ["plain+aedes", "timescale+aedes"]],
  [false, true, ["plain+aedes", "plain+mosquitto"]],
  [false, false, ["plain+aedes"]],
])("TimescaleDB here: %s, Mosquitto here: %s", (timescale, mosquitto, wanted) => {
  const planned = planCombinations({ timescale, mosquitto });
  expect(planned.map(({ database, broker }) => `${database}+${broker}`)).toEqual(wanted);
});

test("a skipped test is told with what it needs", () => {
  expect(whySkipped("cli/up.int.test.ts: a full disk is named with the fix, and nothing is left")).toContain("unshare");
  expect(whySkipped("cli/everything.int.test.ts: it starts, takes a node and stops without a network")).toContain(
    "network",
  );
  expect(whySkipped("cli/up.int.test.ts: runs as an ordinary user, too")).toBe("needs root");
  expect(whySkipped("server/new.test.ts: something")).toContain("its own condition");
});
