import { expect, test } from "vitest";
import { type PeopleFacts, peopleVerdict } from "./people-verdict";

const facts: PeopleFacts = {
  all: 6,
  active: 4,
  never: 1,
  disabled: 1,
  withoutRole: 1,
  seenToday: 3,
  admins: ["Aiko", "Bo"],
  chairs: ["Charlotte"],
};

test("what could lock the organisation out is said first", () => {
  expect(peopleVerdict({ ...facts, chairs: [], admins: ["Aiko"] })).toMatchObject({
    status: "watch",
    title: "Nobody holds the chair’s seat",
  });
  expect(peopleVerdict({ ...facts, admins: ["Aiko"] }).title).toBe("Aiko is the only administrator");
});

test("otherwise how many may sign in, and who of them is idle or sees nothing", () => {
  expect(peopleVerdict(facts)).toEqual({
    status: "ok",
    title: "5 people may sign in",
    detail:
      "3 of them were here in the last 24 hours. 1 has never been here. 1 has no role and so sees nothing. 2 administer.",
  });
  expect(peopleVerdict({ ...facts, active: 1, never: 0, withoutRole: 2, seenToday: 1 })).toMatchObject({
    title: "1 person may sign in",
    detail: "1 of them was here in the last 24 hours. 2 have no role and so see nothing. 2 administer.",
  });
});
