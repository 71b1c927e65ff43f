import { expect, test } from "vitest";
import { personVerdict, standingOf } from "./person-verdict";

const NOW = 1_800_000_000_000;
const dana = {
  name: "Dana",
  disabled: false,
  lastSeenMs: NOW - 180_000,
  hasPassword: true,
  hasProvider: false,
  roles: [{}],
};

test.each([
  [{}, "Dana was here 3 min ago", "ok"],
  [{ lastSeenMs: null }, "Dana has never been here", "unknown"],
  [{ roles: [] }, "Dana has no role, so they see nothing", "watch"],
  [{ disabled: true, roles: [] }, "Dana is disabled", "unknown"],
])("%o reads: %s", (more, title, status) => {
  expect(personVerdict({ ...dana, ...more }, NOW)).toMatchObject({ title, status });
  expect(standingOf({ ...dana, ...more }, NOW).status).toBe(status);
});

test("it says how they sign in, and what to do when they cannot yet", () => {
  expect(personVerdict({ ...dana, hasProvider: true }, NOW).detail).toBe(
    "They sign in with a password or the identity provider.",
  );
  expect(personVerdict({ ...dana, hasPassword: false }, NOW).detail).toContain("no password yet");
});
