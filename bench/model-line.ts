import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { bundlePath, nodeFlags } from "@/cli/build";
import { type AlarmSpan, type EventFigures, total } from "@/server/models/domain/event-scoring";
import { judgeSkabAlarms, type SkabRecording, skabAlarms, trainSkab } from "@/server/models/domain/skab";
import { readSkab, trainSkabModel } from "@/server/models/train-skab";
import { SKAB_RECORDINGS } from "@/tools/recorded-data";
import { skabReplayConfig } from "@/tools/skab-replay";
import { type BenchLine, openBenchLine } from "./ingest/bench-line";
import { printModelFigure, tell } from "./model/figures";

/**
 * The detector of docs/examples/skab-replay.yaml on all of SKAB's valve1, replayed as fast as it can be stored through the whole line: an edge
 * worker's process per recording with replay, windows, ONNX inference and threshold, the broker, ingest and PostgreSQL. What is counted are
 * the rows of the table `events`. `skab.replayed.as_offline` says how many recordings gave the very alarms that TypeScript computes
 * from the file alone.
 */
const SETTLED_WITHIN_MS = 90_000;
/** Windows that are still open when a recording ends: they wait for readings that would come later. */
const OPEN_WINDOWS = 1;

async function benchLine(): Promise<void> {
  const recordings = readSkab(SKAB_RECORDINGS, ["valve1"]);
  if (recordings.length === 0) {
    process.stderr.write(`model: SKIPPED, no SKAB recordings under ${SKAB_RECORDINGS}\n`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "tl-bench-skab-"));
  const line = await openBenchLine("segments");
  try {
    const { file: model } = await trainSkabModel(SKAB_RECORDINGS, folder);
    const offline = trainSkab(recordings);
    await line.accept(recordings.length);
    const figures: EventFigures[] = [];
    let same = 0;
    for (const [index, recording] of recordings.entries()) {
      const alarms = await replay(line, recording, index, { folder, model });
      figures.push(judgeSkabAlarms(recording, alarms));
      if (JSON.stringify(alarms) === JSON.stringify(skabAlarms(recording, offline))) same += 1;
      else process.stderr.write(`model: ${recording.name} gave ${alarms.length} alarms, not those of its file\n`);
    }
    tell("skab.replayed", total(figures));
    printModelFigure("skab.replayed.as_offline", same, "1", `all ${recordings.length} recordings`, recordings.length);
  } finally {
    await line.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plays one recording as a node of its own. @returns the alarms as the table `events` has them */
async function replay(
  line: BenchLine,
  recording: SkabRecording,
  index: number,
  { folder, model }: { folder: string; model: string },
): Promise<AlarmSpan[]> {
  const signIn = line.signIn(index);
  const config = join(folder, `${signIn.node}.yaml`);
  const file = join(SKAB_RECORDINGS, recording.name);
  const dataDir = join(folder, signIn.node);
  writeFileSync(config, stringify(skabReplayConfig({ ...signIn, dataDir, file, model, speed: "max" })));
  const edge = spawn(process.execPath, [...nodeFlags("edge"), bundlePath("edge")], {
    env: { NODE_ENV: "production", PATH: process.env.PATH ?? "", EDGE_CONFIG: config },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    await untilStored(line, recording, signIn.node, edge);
  } finally {
    edge.kill("SIGTERM");
    if (edge.exitCode === null && edge.signalCode === null) await once(edge, "exit");
  }
  const { rows } = await line.owner.query<{ ms: number; state: string }>(
    "select (extract(epoch from ts) * 1000)::float8 as ms, data->>'state' as state from events where node_id = $1 and kind = 'anomaly' order by ts, id",
    [signIn.node],
  );
  const alarms: AlarmSpan[] = [];
  for (const { ms, state } of rows) {
    const last = alarms.at(-1);
    if (state === "raised") alarms.push({ fromMs: ms, toMs: null });
    else if (last) last.toMs = ms;
  }
  return alarms;
}

async function untilStored(
  { owner }: BenchLine,
  { name, readings }: SkabRecording,
  node: string,
  edge: ChildProcess,
): Promise<void> {
  const lastWindowMs = (readings.at(-1)?.tsMs ?? 0) - (OPEN_WINDOWS + 1) * 5_000;
  for (const deadline = Date.now() + SETTLED_WITHIN_MS; ; await sleep(100)) {
    const { rows } = await owner.query<{ stored: number; scoredToMs: number | null }>(
      `select (select coalesce(sum(n), 0)::float8 from segments g join streams s on s.id = g.stream_id where s.node_id = $1 and s.key = 'loop/flow') as stored,
         (select (extract(epoch from max(window_to)) * 1000)::float8 from inference where node_id = $1) as "scoredToMs"`,
      [node],
    );
    const { stored = 0, scoredToMs = null } = rows[0] ?? {};
    if (stored === readings.length && scoredToMs !== null && scoredToMs >= lastWindowMs) return sleep(1_000);
    if (edge.exitCode !== null || Date.now() > deadline)
      throw new Error(
        `${name}: ${stored} of ${readings.length} readings are stored, scored up to ${scoredToMs}; the edge worker ${edge.exitCode === null ? "runs" : "has ended"}`,
      );
  }
}

await benchLine();
