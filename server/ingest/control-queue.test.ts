import fc from "fast-check";
import { expect, test } from "vitest";
import { leastNeeded, type Waiting } from "./control-queue";

const of = (...kinds: Waiting["kind"][]): Waiting[] => kinds.map((kind) => ({ kind }));

test.each<[string, Waiting[], number]>([
  ["the oldest of two states", of("birth", "state", "state"), 1],
  ["a report that a newer one replaces, and not the only state", of("state", "reported", "reported"), 1],
  ["a birth only when nothing else is replaced", of("birth", "state", "birth"), 0],
  ["a state before a birth", of("birth", "birth", "state", "state"), 2],
  ["the oldest when every kind is there once", of("state", "birth"), 0],
])("gives up %s", (_name, waiting, index) => {
  expect(leastNeeded(waiting)).toBe(index);
});

test("a flood never costs the newest message of a kind", () => {
  const kind = fc.constantFrom<Waiting["kind"]>("birth", "state", "reported", "action");
  fc.assert(
    fc.property(fc.array(kind, { minLength: 6, maxLength: 40 }), (kinds) => {
      const waiting = of(...kinds);
      const left = waiting.toSpliced(leastNeeded(waiting), 1);
      expect(new Set(left.map((message) => message.kind))).toEqual(new Set(kinds));
    }),
  );
});
