import { expect, test } from "vitest";
import { Attention } from "./attention";

test("a page that nobody touches says so after a minute, and no longer once somebody does", () => {
  let now = 0;
  const attention = new Attention(() => now);
  expect(attention.headers()).toEqual({});
  now = 60_000;
  expect(attention.headers()).toEqual({});
  now = 60_001;
  expect(attention.headers()).toEqual({ "x-tl-unattended": "1" });
  attention.touch();
  expect(attention.headers()).toEqual({});
});

test("what a script dispatches is nobody", () => {
  let now = 0;
  const target = new EventTarget();
  const attention = new Attention(() => now).follow(target);
  now = 120_000;
  target.dispatchEvent(new Event("keydown"));
  expect(attention.headers()).toEqual({ "x-tl-unattended": "1" });
});
