import { expect, test } from "vitest";
import { sameView, viewQuery } from "./view-query";

test("a view is what is looked at, not how, in any order", () => {
  expect(viewQuery("show=bad&kiosk=true&q=pump&refresh=5s&as=admin&site=")).toBe("q=pump&show=bad");
  expect(sameView("show=bad&q=pump%203", "q=pump+3&show=bad")).toBe(true);
  expect(sameView("show=bad", "show=watch")).toBe(false);
});
