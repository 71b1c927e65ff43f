import { expect, test } from "vitest";
import { type GraphPart, layOut } from "./graph-layout";

const KINDS = ["use case", "model", "stream", "node"];
const part = (id: string, kind: string, status: GraphPart["status"] = "ok"): GraphPart => ({
  ...{ id, kind, label: id, status, reason: "" },
});
const u = part("u", "use case");

test("each kind is a column in its order, and one without a part takes no room", () => {
  const { columns, parts, width } = layOut(KINDS, [part("n", "node"), part("s", "stream"), u], []);
  expect(columns.map(({ kind }) => kind)).toEqual(["use case", "stream", "node"]);
  const x = Object.fromEntries(parts.map((one) => [one.id, one.x]));
  expect(x.u).toBe(0);
  expect(x.s).toBeLessThan(x.n ?? 0);
  expect(width).toBeGreaterThan(x.n ?? 0);
});

test("a link whose end is reached by another way is not drawn, also over several parts", () => {
  const links = [
    ...[
      { from: "u", to: "m" },
      { from: "m", to: "s" },
      { from: "s", to: "n" },
    ],
    ...[
      { from: "u", to: "s" },
      { from: "u", to: "n" },
      { from: "m", to: "n" },
    ],
  ];
  const parts = [u, part("m", "model"), part("s", "stream"), part("n", "node")];
  expect(layOut(KINDS, parts, links).links.map(({ from, to }) => from + to)).toEqual(["um", "ms", "sn"]);
});

test("a link has the state of its worse end, and one to what is not there is not drawn", () => {
  const links = [
    { from: "u", to: "s" },
    { from: "u", to: "gone" },
  ];
  const drawn = layOut(KINDS, [u, part("s", "stream", "bad")], links).links;
  expect(drawn.map(({ to, status }) => [to, status])).toEqual([["s", "bad"]]);
});

test("parts stand beside what they are linked to, so that links do not cross", () => {
  const parts = [part("m1", "model"), part("m2", "model"), part("s2", "stream"), part("s1", "stream")];
  const links = [
    { from: "m1", to: "s1" },
    { from: "m2", to: "s2" },
  ];
  const y = Object.fromEntries(layOut(KINDS, parts, links).parts.map((one) => [one.id, one.y]));
  expect(y.s1).toBe(y.m1);
  expect(y.s2).toBe(y.m2);
});

test("of many the worst are drawn, and how many are not is said", () => {
  const many = Array.from({ length: 14 }, (_, i) => part(`s${i}`, "stream", i === 13 ? "bad" : "ok"));
  const { columns, parts } = layOut(KINDS, [u, ...many], []);
  expect(columns.map(({ folded }) => folded)).toEqual([0, 4]);
  expect(parts.map(({ id }) => id)).toContain("s13");
});

test("what is linked in a circle is drawn, and ends", () => {
  const links = [
    { from: "a", to: "b" },
    { from: "b", to: "a" },
  ];
  expect(layOut(["x", "y"], [part("a", "x"), part("b", "y")], links).links).toHaveLength(2);
});
