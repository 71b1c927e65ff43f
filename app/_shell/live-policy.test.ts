import { expect, test } from "vitest";
import { afterSilence, BEAT_MS, retryDelayMs } from "./live-policy";

test("the wait doubles from one second to one minute and is never the same for everybody", () => {
  expect([0, 1, 2, 3, 6, 50].map((n) => retryDelayMs(n, 1))).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000]);
  expect(retryDelayMs(6, 0)).toBe(30_000);
});

test("a leader reopens what has gone silent, but not what it is already waiting to reopen", () => {
  const leader = { leading: true, visible: true, open: true, heardMs: 0 };
  expect(afterSilence(leader, 2 * BEAT_MS)).toBe("nothing");
  expect(afterSilence(leader, 3 * BEAT_MS + 1)).toBe("reopen");
  expect(afterSilence({ ...leader, open: false }, 10 * BEAT_MS)).toBe("nothing");
});

test("a follower that is looked at takes over from a leader that is frozen; a hidden one does not", () => {
  const follower = { leading: false, visible: true, open: false, heardMs: 0 };
  expect(afterSilence(follower, 3 * BEAT_MS + 1)).toBe("nothing");
  expect(afterSilence(follower, 4 * BEAT_MS + 1)).toBe("take over");
  expect(afterSilence({ ...follower, visible: false }, 100 * BEAT_MS)).toBe("nothing");
});
