import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadConfig } from "@/edge-worker/config";
import type { Scored } from "@/edge-worker/pipeline/infer";
import { watch } from "@/edge-worker/pipeline/threshold";
import { WindowReadings } from "@/edge-worker/pipeline/window";
import { parsePipeline } from "@/sdk/wire/pipeline-check";
import { SKAB_RECORDINGS } from "@/tools/recorded-data";
import { alarmsOf, judge, shares, total } from "./domain/event-scoring";
import { SKAB_FEATURES, eventsOf, judgeSkab, parseSkab, trainSkab } from "./domain/skab";
import { readSkab, trainSkabModel } from "./train-skab";

const DATA = SKAB_RECORDINGS;
const hasData = existsSync(DATA);
if (!hasData) process.stderr.write(`SKIPPED: no SKAB recordings under ${DATA}; what depends on them is not tested.\n`);
const folder = mkdtempSync(join(tmpdir(), "skab-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("alarms are those that the edge's threshold would raise and clear", async () => {
  const scores = [0.2, 1.1, 0.5, 1.2, 1.3, 1.4, 0.95, 0.8, 0.95, 0.7, 0.6, 1.5, 1.5, 0.1];
  const windows = scores.map((score, index) => ({ toMs: (index + 1) * 5_000, score }));
  async function* source(): AsyncGenerator<Scored> {
    for (const { toMs, score } of windows) {
      yield {
        window: { device: null, fromMs: toMs - 20_000, toMs, series: new WindowReadings(new Map(), []) },
        verdict: { score, outputs: {}, latencyMs: 0, digest: "", threshold: 1, input: () => ({}) },
      };
    }
  }
  const edge: string[] = [];
  for await (const { events } of watch(source(), [{ on: "score", for: "5s", kind: "anomaly", severity: "high" }])) {
    for (const { state } of events) edge.push(state);
  }
  const ours = alarmsOf(windows, 5_000);
  expect(ours.flatMap(({ toMs }) => (toMs === null ? ["raised"] : ["raised", "cleared"]))).toEqual(edge);
  expect(ours).toEqual([
    { fromMs: 25_000, toMs: 55_000 },
    { fromMs: 65_000, toMs: null },
  ]);
});

test("an alarm that was on before does not find an event, and one outside is false", () => {
  const events = [
    { fromMs: 100_000, toMs: 200_000 },
    { fromMs: 400_000, toMs: 500_000 },
  ];
  const readings = Array.from({ length: 600 }, (_, index) => ({
    tsMs: index * 1_000,
    isAnomaly: events.some(({ fromMs, toMs }) => index * 1_000 >= fromMs && index * 1_000 <= toMs),
  }));
  const figures = judge(
    {
      events,
      alarms: [
        { fromMs: 50_000, toMs: 150_000 },
        { fromMs: 430_000, toMs: 500_000 },
      ],
      fromMs: 0,
      toMs: 600_000,
      readings,
    },
    0,
  );
  expect(figures).toMatchObject({
    events: 2,
    found: 1,
    falseAlarms: 1,
    delaysS: [30],
    truePositives: 120,
    falsePositives: 50,
    falseNegatives: 82,
  });
  expect(shares(total([figures, figures])).f1).toBeCloseTo((2 * 120) / (2 * 120 + 50 + 82), 9);
});

test("a recording without a column is refused, naming it", () => {
  expect(() => parseSkab("x.csv", "datetime;Current\n2020-01-01 00:00:00;1\n")).toThrow(
    /no column "Accelerometer1RMS".*Current/,
  );
});

test.skipIf(!hasData)(
  "SKAB: nearly all events found, few false alarms, each recording judged after its own 400 s",
  () => {
    const recordings = readSkab(DATA);
    expect(recordings).toHaveLength(23);
    const all = total(recordings.map((recording) => judgeSkab(recording, trainSkab([recording]))));
    expect(all.events).toBe(recordings.flatMap(eventsOf).length);
    expect(all.found).toBeGreaterThanOrEqual(22);
    expect(all.falseAlarms / all.normalHours).toBeLessThanOrEqual(2.5);
    expect(shares(all).far).toBeLessThan(0.15);
  },
);

test.skipIf(!hasData)(
  "the example configuration is one the edge takes, and fits the model trained for it",
  async () => {
    const written = await trainSkabModel(DATA, folder);
    expect((await trainSkabModel(DATA, folder)).sha256).toBe(written.sha256);
    const text = readFileSync("docs/examples/skab-replay.yaml", "utf8")
      .replace("../../../shared/data/skab/data", DATA)
      .replace("../../.throughline/models/skab-loop.onnx", written.file);
    const file = join(folder, "edge.yaml");
    writeFileSync(file, text);
    const { config } = loadConfig({ EDGE_TOKEN: "tln_x" }, file);
    const streams = new Map(config.streams.map((stream) => [stream.key, stream]));
    const answer = parsePipeline(config.pipelines[0], {
      streams,
      slots: new Map([["loop-health", SKAB_FEATURES]]),
      stateQuotaBytes: 8_388_608,
    });
    expect(answer).toHaveProperty("plan");
    await expect(trainSkabModel(DATA, folder, { file: "99.csv" })).rejects.toThrow(/no recording 99.csv/);
  },
);
