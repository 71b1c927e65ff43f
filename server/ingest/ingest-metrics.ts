import { Counter, Gauge, Histogram, type Registry } from "@/server/core/metrics";

export type IngestMetrics = ReturnType<typeof openIngestMetrics>;

export function openIngestMetrics(
  registry: Registry,
  gauges: { queueBytes(): number; queueItems(): number; connected(): number; waiting(): number },
) {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge("throughline_ingest_queue_bytes", "Memory that waiting items hold", gauges.queueBytes);
  gauge("throughline_ingest_queue_items", "Items waiting to be committed", gauges.queueItems);
  gauge("throughline_ingest_connected", "1 while subscribed at the broker", gauges.connected);
  gauge(
    "throughline_ingest_waiting_for_birth",
    "Batches that wait in memory for the birth of their boot",
    gauges.waiting,
  );
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name, help, labelNames, registers });
  return {
    messages: counter("throughline_ingest_messages_total", "Messages by kind of topic", ["kind"]),
    readings: counter("throughline_ingest_readings_total", "Readings and rows committed"),
    batches: counter("throughline_ingest_batches_total", "Batches by outcome", ["outcome"]),
    refused: counter("throughline_ingest_refused_total", "Messages refused, by code", ["code"]),
    waiting: counter(
      "throughline_ingest_waiting_total",
      "Batches or columns kept until somebody decides or a birth comes, by reason",
      ["reason"],
    ),
    overWindow: counter(
      "throughline_ingest_over_window_total",
      "Batches left unacknowledged because their lane had too many under way",
    ),
    controlDropped: counter(
      "throughline_ingest_control_dropped_total",
      "States, births and documents given up because too many of their node waited, by kind",
      ["kind"],
    ),
    acks: counter("throughline_ingest_acks_total", "Durable acks published", ["sent"]),
    stalls: counter("throughline_ingest_stalls_total", "Commits that failed because the database did not take data"),
    commitSeconds: new Histogram({
      name: "throughline_ingest_commit_seconds",
      help: "From the arrival of a batch to its commit",
      buckets: [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 1, 5, 30],
      registers,
    }),
    flushReadings: new Histogram({
      name: "throughline_ingest_flush_readings",
      help: "Readings per transaction",
      buckets: [1, 10, 100, 1_000, 5_000, 10_000, 50_000],
      registers,
    }),
  };
}
