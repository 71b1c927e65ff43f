import { expect, test } from "vitest";
import { segmentState, type LineStop } from "./the-line";

const stop = (status: LineStop["status"], label: string | null = "x"): LineStop => ({ kind: "stream", label, status });

test("a segment takes the worse of its two ends, and is unknown when one is missing", () => {
  expect(segmentState(stop("ok"), stop("ok"))).toBe("ok");
  expect(segmentState(stop("ok"), stop("bad"))).toBe("bad");
  expect(segmentState(stop("watch"), stop("unknown"))).toBe("watch");
  expect(segmentState(stop("ok"), stop("ok", null))).toBe("unknown");
});
