import type { JobView } from "@/components/jobs/job-progress";
import type { LineStop } from "@/components/line/the-line";
import type { ChartPoints } from "@/server/fabric/domain/chart-points";
import type { StreamDetail, StreamRow } from "@/server/fabric/queries";
import type { RangeMarks } from "@/server/fabric/series-queries";

/** What the components on this page are shown with: shapes as the server gives them, values made up. */

const HOUR_MS = 3_600_000;

function streamRows(nowMs: number): StreamRow[] {
  const row = (id: number, key: string, more: Partial<StreamRow>): StreamRow => ({
    id,
    nodeId: "edge-lyon-1",
    nodeOnline: true,
    device: key.split("/")[0] ?? null,
    key,
    quantity: "velocity",
    unit: "mm/s",
    type: "number",
    rateHz: 1,
    status: "accepted",
    plain: false,
    limitLow: null,
    limitHigh: 4.5,
    lastMs: nowMs - 1_400,
    value: 2.38,
    quality: "good",
    createdMs: nowMs - 30 * 24 * HOUR_MS,
    health: { status: "ok", reason: "under 4.5" },
    ...more,
  });
  return [
    row(-1, "pump-3/vibration-rms", { value: 4.93 }),
    row(-2, "pump-1/vibration-rms", {}),
    row(-3, "pump-2/flow", {
      quantity: "volume flow",
      unit: "m3/h",
      value: 128.3,
      limitHigh: null,
      lastMs: nowMs - 90_000,
    }),
    row(-4, "pump-2/oil-level", {
      quantity: null,
      unit: null,
      value: null,
      lastMs: null,
      rateHz: null,
      limitHigh: null,
    }),
  ];
}

export function stream(nowMs: number): StreamDetail {
  const [row] = streamRows(nowMs);
  if (!row) throw new Error("the specimens have no stream");
  return {
    ...row,
    timeZone: "Europe/Paris",
    clockSource: "ntp",
    clockOffsetMs: -12,
    clockErrorMs: 8,
    pastEndsMs: null,
    lane: { watermarkMs: nowMs - 5_000, isContiguous: true },
    lastReceivedMs: nowMs - 900,
    node: { id: "edge-lyon-1", name: null, health: { status: "ok", reason: "sending" } },
    models: [{ slot: "pump-health", model: "sha256:7c1e04", lastMs: nowMs - 5_000, lastLabel: "wear" }],
  };
}

/** An hour, a point a minute, with a peak over the limit and ten minutes that nothing came. */
export function points(nowMs: number): ChartPoints {
  const minutes = Array.from({ length: 61 }, (_, i) => i).filter((i) => i < 20 || i > 30);
  const mean = minutes.map((i) => 2.3 + 0.3 * Math.sin(i / 5) + 2.4 * Math.exp(-(((i - 46) / 4) ** 2)));
  return {
    tsMs: minutes.map((i) => nowMs - HOUR_MS + i * 60_000),
    mean,
    min: mean.map((value) => value - 0.25),
    max: mean.map((value) => value + 0.3),
    n: mean.map(() => 60),
    bad: mean.map(() => 0),
    source: "1m",
    bucketMs: 60_000,
  };
}

export function marks(nowMs: number): RangeMarks {
  const at = (minute: number) => nowMs - HOUR_MS + minute * 60_000;
  return {
    lost: { rows: 540, ms: 540_000, records: 1, firstMs: at(21), lastMs: at(30), why: ["disk full"] },
    more: { gaps: 0, events: 0, verdicts: 0 },
    gaps: [{ id: "1", fromMs: at(21), toMs: at(30), rows: 540, why: "disk full", kept: null, lane: "telemetry" }],
    events: [{ id: "1", tsMs: at(8), kind: "lubrication", severity: "info", ofNode: false, lateMs: 0 }],
    verdicts: [
      {
        fromMs: at(42),
        toMs: at(50),
        slot: "pump-health",
        model: "sha256:7c1e04",
        label: "wear",
        maxScore: 0.93,
        n: 9,
      },
    ],
  };
}

export function jobs(nowMs: number): JobView[] {
  const job = (state: JobView["state"], more: Partial<JobView>): JobView => ({
    id: state,
    title: "Export of 30 days",
    state,
    progress: null,
    detail: null,
    createdMs: nowMs - 90_000,
    startedMs: nowMs - 60_000,
    endedMs: null,
    heardMs: nowMs - 1_000,
    result: null,
    ...more,
  });
  return [
    job("queued", { startedMs: null }),
    job("running", { progress: 0.42, detail: "pump-2, 12 of 24 streams" }),
    job("running", { id: "unknown", title: "Training of pump-health" }),
    job("running", { id: "stale", title: "Backfill", progress: 0.8, heardMs: nowMs - 300_000 }),
    job("done", { endedMs: nowMs, result: { href: "#", label: "Download 14 MB" } }),
    job("failed", { endedMs: nowMs, detail: "The object store answered 503 three times." }),
    job("cancelled", { endedMs: nowMs }),
  ];
}

export const LINE_STOPS: readonly LineStop[] = [
  { kind: "outcome", label: "Energy per tonne", status: "ok" },
  { kind: "use case", label: "Cold-store energy", status: "watch" },
  { kind: "model", label: "Demand v8", status: "watch" },
  { kind: "stream", label: "room-4 / temperature", status: "bad", reason: "flat for 71 h" },
  { kind: "node", label: "edge-lyon-2", status: "ok" },
];
