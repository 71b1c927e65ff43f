import { expect, test } from "vitest";
import { teamsVerdict } from "./teams-verdict";

const team = (name: string, nodes: number, members: { disabled: boolean }[]) => ({ name, nodes, members });
const here = { disabled: false };

test.each([
  [[team("Press", 3, [here])], "3 nodes belong to 1 team"],
  [[team("Press", 1, [here]), team("Paint", 0, [])], "1 node belongs to 2 teams"],
  [[team("Press", 2, [{ disabled: true }])], "Press has 2 nodes and nobody who looks after them"],
  [[team("Press", 1, []), team("Paint", 1, [])], "2 teams have nodes and nobody who looks after them"],
])("%o reads: %s", (teams, says) => {
  expect(teamsVerdict(teams)).toBe(says);
});
