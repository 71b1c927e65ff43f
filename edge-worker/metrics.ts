import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Figures of one edge worker for Prometheus; names begin with `throughline_edge_`. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const metrics = {
    registry,
    samples: new Counter({
      name: "throughline_edge_samples_total",
      help: "Samples taken from adapters",
      labelNames: ["adapter"],
      registers,
    }),
    readings: new Counter({
      name: "throughline_edge_readings_total",
      help: "Values written to the durable buffer",
      registers,
    }),
    refused: new Counter({
      name: "throughline_edge_refused_total",
      help: "Rows the durable buffer would not take",
      labelNames: ["lane"],
      registers,
    }),
    marked: new Counter({
      name: "throughline_edge_marked_total",
      help: "Values marked by cleaning",
      labelNames: ["quality"],
      registers,
    }),
    windows: new Counter({
      name: "throughline_edge_rejected_windows_total",
      help: "Windows that could not be scored",
      labelNames: ["pipeline"],
      registers,
    }),
    rows: new Counter({
      name: "throughline_edge_pipeline_rows_total",
      help: "Rows that pipelines gave",
      labelNames: ["pipeline", "lane"],
      registers,
    }),
    runSeconds: new Histogram({
      name: "throughline_edge_model_run_seconds",
      help: "Time of one model run in the model thread, for a micro-batch",
      buckets: [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1],
      registers,
    }),
    batchWindows: new Histogram({
      name: "throughline_edge_model_batch_windows",
      help: "Windows in one model run",
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    }),
    loopDelay: new Histogram({
      name: "throughline_edge_event_loop_delay_seconds",
      help: "How much later than asked a timer of 20 ms ran",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
      registers,
    }),
    rss: new Gauge({
      name: "throughline_edge_resident_memory_bytes",
      help: "Resident memory of the process with the model thread",
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    }),
  };
  return metrics;
}
export type EdgeMetrics = ReturnType<typeof createMetrics>;

const PERIOD_MS = 20;

/** Measures how long the event loop keeps a due timer waiting, until the returned function is called. */
export function watchEventLoop(metrics: EdgeMetrics): () => void {
  let dueMs = performance.now() + PERIOD_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    metrics.loopDelay.observe(Math.max(0, nowMs - dueMs) / 1_000);
    dueMs = nowMs + PERIOD_MS;
  }, PERIOD_MS);
  timer.unref();
  return () => clearInterval(timer);
}
