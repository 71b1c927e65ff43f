import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { PlantKind } from "@/edge-worker/adapters/simulator/domain/plant";
import type { Scorer, Verdict } from "@/edge-worker/inference/scorer";
import { type LoadedModel, openModel } from "@/edge-worker/inference/session";
import { parseSidecar } from "@/edge-worker/inference/sidecar";
import { DEMO_MODELS, type DemoModel, pastPipeline, trainDemoModel } from "@/server/models/domain/demo-models";
import { writePcaModel } from "@/server/models/write-model";
import { type PastFindings, type PastReadings, type Release, scorePast } from "./past";
import { type HistoryPlan, fromOf, storiesOf } from "./plan";

/** The bad release learned from these hours of the day only. */
const QUIET_HOURS = [1, 2, 3];
const HALF_A_YEAR = 6;

/** Files that a past needs, in `dir`: the models that run now, and the release that was taken back. */
export interface PastModels {
  /** folder of `train-demo` */
  current: string;
  /** folder for the release that was taken back */
  former: string;
}

/** What the models of a plant said about its past; nothing where the plant has none. */
export async function findPast(
  plan: HistoryPlan,
  node: string,
  plant: PlantKind,
  past: PastReadings,
  models: PastModels,
): Promise<PastFindings> {
  const model = DEMO_MODELS.find((one) => one.plant === plant);
  if (!model) return { inference: [], events: [], rejected: 0 };
  const current = await openScorer(models.current, model.name);
  const releases: Release[] = [{ fromMs: fromOf(plan), scorer: current }];
  const story = storiesOf(plan).find((one) => one.id === "bad-release" && one.node === node);
  if (story) {
    await writeBadRelease(models.former, model, plan.seed, new Date(story.fromMs).getUTCMonth());
    releases.push(
      { fromMs: story.fromMs, scorer: await openScorer(models.former, model.name) },
      { fromMs: story.toMs, scorer: current },
    );
  }
  const findings = await scorePast(past, { node, slot: model.slot, pipeline: pastPipeline(model), releases });
  if (!story) return findings;
  const told = [story.fromMs, story.toMs].map((tsMs, index) => ({
    tsMs,
    kind: "ground-truth",
    severity: "info" as const,
    data: {
      cause: "bad-release",
      target: model.slot,
      state: index === 0 ? "begin" : "end",
      model: releases[1]?.scorer.digest,
      before: current.digest,
      source: "simulator",
    },
  }));
  return { ...findings, events: [...findings.events, ...told].sort((a, b) => a.tsMs - b.tsMs) };
}

/** Learned in nights of half a year before: neither the day's work nor the season of the release is in it. */
async function writeBadRelease(dir: string, model: DemoModel, seed: number, month: number): Promise<void> {
  const learned = (month + HALF_A_YEAR) % 12;
  const { pca, rows } = trainDemoModel(
    model,
    seed,
    QUIET_HOURS.map((hour) => ({ month: learned, hour })),
  );
  await writePcaModel(dir, pca, {
    name: model.name,
    version: `1.1.0-seed${seed}`,
    features: model.features,
    trainedOn: `simulated ${model.plant}, seed ${seed}, normal running in nights of month ${learned + 1} only, ${rows} windows`,
  });
}

/** A model as the edge worker reads it, run in this process: nothing else waits for it here. */
async function openScorer(dir: string, name: string): Promise<Scorer> {
  const bytes = await readFile(`${dir}/${name}.onnx`);
  const sidecar = parseSidecar(await readFile(`${dir}/${name}.json`, "utf8"), `${name}.json`);
  const loaded = await openModel(bytes, sidecar);
  return {
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    features: sidecar.inputs[0].features,
    threshold: sidecar.threshold ?? Number.POSITIVE_INFINITY,
    score: together(loaded),
  };
}

/** Windows that are asked for in one turn of the event loop share a run of the model, as in the edge worker's model thread. */
function together(loaded: LoadedModel): Scorer["score"] {
  let waiting: { features: Float32Array; answer: (verdict: Verdict) => void; fail: (cause: unknown) => void }[] = [];
  const run = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    const rows = new Float32Array(batch.length * loaded.width);
    batch.forEach(({ features }, index) => rows.set(features, index * loaded.width));
    const started = performance.now();
    try {
      const columns = await loaded.run(rows, batch.length);
      const latencyMs = (performance.now() - started) / batch.length;
      batch.forEach(({ answer }, row) => {
        const outputs = Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? Number.NaN]));
        answer({ score: outputs.score ?? Number.NaN, outputs, latencyMs });
      });
    } catch (cause) {
      for (const { fail } of batch) fail(cause);
    }
  };
  return (features) =>
    new Promise((answer, fail) => {
      waiting.push({ features, answer, fail });
      if (waiting.length === 1) setImmediate(() => void run());
    });
}
