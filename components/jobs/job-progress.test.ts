import { expect, test } from "vitest";
import { jobWords, type JobView } from "./job-progress";

const NOW = 1_000_000_000;
const job = (more: Partial<JobView>): JobView => ({
  id: "1",
  title: "Export",
  state: "running",
  progress: 0.25,
  detail: null,
  createdMs: NOW - 90_000,
  startedMs: NOW - 60_000,
  endedMs: null,
  heardMs: NOW - 1_000,
  result: null,
  ...more,
});

test.each<[string, Partial<JobView>, string, string]>([
  ["a quarter in a minute leaves three", {}, "ok", "25 %, about 3 min left"],
  ["too early to tell", { progress: 0.01 }, "ok", "1 %"],
  ["nobody knows how much", { progress: null }, "ok", "running"],
  ["its process has died", { heardMs: NOW - 120_000 }, "watch", "running, but nothing heard of it for 2 min"],
  ["waiting", { state: "queued" }, "unknown", "waiting for 90 s"],
  ["done", { state: "done", endedMs: NOW }, "ok", "done, took 1 min"],
  ["failed", { state: "failed", endedMs: NOW }, "bad", "failed, took 1 min"],
  ["cancelled", { state: "cancelled" }, "unknown", "cancelled"],
])("%s", (_, more, status, words) => {
  expect(jobWords(job(more), NOW)).toEqual({ status, words });
});
