import { expect, test } from "vitest";
import { withCarried } from "./carried";

const here = new URLSearchParams("from=now-6h&to=now&site=lyon&q=pump&kiosk=true");

test.each([
  ["/fleet", "/fleet?site=lyon&from=now-6h&to=now"],
  ["/streams?q=press", "/streams?q=press&site=lyon&from=now-6h&to=now"],
  ["/streams/7?from=now-1h", "/streams/7?from=now-1h&site=lyon&to=now"],
  ["/fleet/edge-1#models", "/fleet/edge-1?site=lyon&from=now-6h&to=now#models"],
])("%s keeps site and range, and what it says itself", (href, carried) => {
  expect(withCarried(href, here)).toBe(carried);
});

test("without anything to carry an address stays as it is", () => {
  expect(withCarried("/fleet?show=bad#top", new URLSearchParams("q=x"))).toBe("/fleet?show=bad#top");
});
