import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Vitals } from "./context";

interface WebGauges {
  registry: Registry;
  liveBrowsers: Gauge;
  connections: Gauge<"state">;
  nodes: Gauge<"state">;
  waiting: Gauge<"what">;
}

declare global {
  // A second registration of the default metrics throws; the development server reloads modules.
  var throughlineWebMetrics: WebGauges | undefined;
}

function gauges(): WebGauges {
  if (globalThis.throughlineWebMetrics) return globalThis.throughlineWebMetrics;
  const registry = new Registry();
  registry.setDefaultLabels({ process: "web" });
  collectDefaultMetrics({ register: registry });
  const made: WebGauges = {
    registry,
    liveBrowsers: new Gauge({
      name: "throughline_web_live_browsers",
      help: "Browsers that hold an event stream open",
      registers: [registry],
    }),
    connections: new Gauge({
      name: "throughline_web_database_connections",
      help: "Database connections of this process by state",
      labelNames: ["state"],
      registers: [registry],
    }),
    nodes: new Gauge({
      name: "throughline_nodes",
      help: "Edge nodes by state",
      labelNames: ["state"],
      registers: [registry],
    }),
    waiting: new Gauge({
      name: "throughline_waiting",
      help: "What waits for a person",
      labelNames: ["what"],
      registers: [registry],
    }),
  };
  globalThis.throughlineWebMetrics = made;
  return made;
}

export async function renderWebMetrics(
  vitals: Vitals,
  liveBrowsers: number,
): Promise<{ text: string; contentType: string }> {
  const metrics = gauges();
  metrics.liveBrowsers.set(liveBrowsers);
  for (const [state, n] of Object.entries(vitals.connections)) metrics.connections.set({ state }, n);
  metrics.nodes.set({ state: "online" }, vitals.online);
  metrics.nodes.set({ state: "offline" }, vitals.offline);
  metrics.waiting.set({ what: "quarantined_messages" }, vitals.quarantined);
  metrics.waiting.set({ what: "proposed_streams" }, vitals.proposed);
  return { text: await metrics.registry.metrics(), contentType: metrics.registry.contentType };
}
