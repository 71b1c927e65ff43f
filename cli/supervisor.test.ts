import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EXIT_BAD_CONFIGURATION } from "./command";
import { Supervisor, type Running, type Service } from "./supervisor";

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tl-supervisor-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const quick = { firstPauseMs: 1, longestPauseMs: 4, forgiveAfterMs: 60_000 };
const supervisor = () => new Supervisor(folder, (sentence) => said.push(sentence), quick);

/** A service whose processes end when the test says so. */
function fake(name: string, log: string[] = []): Service & { starts: number; die(code: number): void } {
  let end: (code: number) => void = () => undefined;
  const service = {
    name,
    label: name,
    starts: 0,
    die: (code: number) => end(code),
    start: (): Promise<Running> => {
      service.starts++;
      log.push(`start ${name}`);
      const exited = new Promise<{ code: number; signal: null }>((done) => {
        end = (code) => done({ code, signal: null });
      });
      return Promise.resolve({
        pid: process.pid,
        exited,
        stop: async () => {
          log.push(`stop ${name}`);
          end(0);
          await exited;
        },
      });
    },
  };
  return service;
}

test("starts a service that died again, says so, and counts it as running", async () => {
  const keeper = supervisor();
  const ingest = fake("ingest");
  await keeper.keep(ingest);
  ingest.die(1);
  await expect.poll(() => ingest.starts).toBe(2);
  await expect
    .poll(() => said)
    .toEqual(["ingest ended with code 1; starting it again in 0.001 s.", "ingest runs again."]);
  await keeper.stopAll();
});

test("names a crash loop once and goes on trying", async () => {
  const keeper = supervisor();
  const jobs = fake("jobs");
  await keeper.keep(jobs);
  for (let crash = 1; crash <= 8; crash++) {
    jobs.die(1);
    await expect.poll(() => jobs.starts).toBe(crash + 1);
  }
  expect(said.filter((sentence) => sentence.includes("a crash loop"))).toHaveLength(1);
  expect(said.find((sentence) => sentence.includes("a crash loop"))).toContain("jobs.log");
  await keeper.stopAll();
});

test("leaves a service off that refuses its configuration", async () => {
  const keeper = supervisor();
  const edge = fake("edge");
  await keeper.keep(edge);
  edge.die(EXIT_BAD_CONFIGURATION);
  await expect.poll(() => said).toHaveLength(1);
  expect(said[0]).toContain("edge refuses its configuration and stays off");
  await keeper.stopAll();
  expect(edge.starts).toBe(1);
});

test("stops in reverse order and leaves no note of a process", async () => {
  const log: string[] = [];
  const keeper = supervisor();
  for (const name of ["postgres", "ingest", "web"]) await keeper.keep(fake(name, log));
  expect(existsSync(join(folder, "ingest.pid"))).toBe(true);
  await keeper.stopAll();
  expect(log.slice(3)).toEqual(["stop web", "stop ingest", "stop postgres"]);
  expect(existsSync(join(folder, "ingest.pid"))).toBe(false);
});

test("a service that comes up while everything stops is stopped as well", async () => {
  const log: string[] = [];
  const keeper = supervisor();
  const late = fake("late", log);
  let release: () => void = () => undefined;
  const gate = new Promise<void>((open) => {
    release = open;
  });
  const keeping = keeper.keep({
    ...late,
    start: async (stop) => {
      await gate;
      return late.start(stop);
    },
  });
  const stopped = keeper.stopAll();
  release();
  await Promise.all([keeping, stopped]);
  expect(log).toEqual(["start late", "stop late"]);
  await expect(keeper.keep(fake("later"))).rejects.toThrow();
});
