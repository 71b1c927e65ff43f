import type { Answers } from "../staged";

/** One job, as its owner and as an administrator opens it. */
const RUN = {
  id: "afc30d68-7049-4f01-8b2a-18f9f157e426",
  kind: "export-readings",
  title: "Export pump-1/probe of edge-pump, 2026-11-29 to 2026-11-29",
  state: "done",
  ownerName: "Aiko Tanaka",
  done: 1,
  total: 1,
  counted: "days of readings",
  attempts: 1,
  createdMs: 1795918001571,
  startedMs: 1795918001588,
  heardMs: 1795918001775,
  endedMs: 1795918001775,
  cancelAskedMs: null,
  cancelAskedBy: null,
  error: null,
  result: {
    name: "readings_274_20261129_20261129.csv.gz",
    bytes: 3156,
    parts: [
      {
        bytes: 3156,
        digest: "sha256:28addaac314f",
      },
    ],
    readings: 581,
  },
  input: {
    toMs: 1795918001511,
    fromMs: 1795917941511,
    streamIds: [274],
  },
  worker: "jobs 10329 on vm",
  repeats: null,
  lines: [
    {
      n: 1,
      atMs: 1795918001593,
      text: "Started by jobs 10329 on vm.",
    },
    {
      n: 2,
      atMs: 1795918001766,
      text: "581 readings in 0.00 MB.",
    },
  ],
} satisfies NonNullable<Answers["jobs"]>["run"];

/** Sample answers of `jobs`. Shapes as the server gives them, a moment of a demo plant. */
export const JOBS = {
  schedules: [
    {
      name: "anchor-audit",
      cron: "17 * * * *",
      startedMs: null,
      endedMs: null,
      ok: null,
      result: null,
      error: null,
    },
    {
      name: "clean-up",
      cron: "37 2 * * *",
      startedMs: null,
      endedMs: null,
      ok: null,
      result: null,
      error: null,
    },
    {
      name: "compact",
      cron: "7 * * * *",
      startedMs: null,
      endedMs: null,
      ok: null,
      result: null,
      error: null,
    },
  ],
  mine: [
    {
      id: "afc30d68-7049-4f01-8b2a-18f9f157e426",
      kind: "export-readings",
      title: "Export pump-1/probe of edge-pump, 2026-11-29 to 2026-11-29",
      state: "done",
      ownerName: "Aiko Tanaka",
      done: 1,
      total: 1,
      counted: "days of readings",
      attempts: 1,
      createdMs: 1795918001571,
      startedMs: 1795918001588,
      heardMs: 1795918001775,
      endedMs: 1795918001775,
      cancelAskedMs: null,
      cancelAskedBy: null,
      error: null,
      result: {
        name: "readings_274_20261129_20261129.csv.gz",
        bytes: 3156,
        parts: [
          {
            bytes: 3156,
            digest: "sha256:28addaac314f",
          },
        ],
        readings: 581,
      },
    },
  ],
  list: {
    rows: [
      {
        id: "afc30d68-7049-4f01-8b2a-18f9f157e426",
        kind: "export-readings",
        title: "Export pump-1/probe of edge-pump, 2026-11-29 to 2026-11-29",
        state: "done",
        ownerName: "Aiko Tanaka",
        done: 1,
        total: 1,
        counted: "days of readings",
        attempts: 1,
        createdMs: 1795918001571,
        startedMs: 1795918001588,
        heardMs: 1795918001775,
        endedMs: 1795918001775,
        cancelAskedMs: null,
        cancelAskedBy: null,
        error: null,
        result: {
          name: "readings_274_20261129_20261129.csv.gz",
          bytes: 3156,
          parts: [
            {
              bytes: 3156,
              digest: "sha256:28addaac314f",
            },
          ],
          readings: 581,
        },
      },
    ],
    next: null,
    counts: {
      queued: 0,
      running: 0,
      done: 1,
      failed: 0,
      cancelled: 0,
    },
  },
  run: RUN,
  ownRun: RUN,
} satisfies Answers["jobs"];
