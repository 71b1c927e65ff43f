import type { Pool } from "pg";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

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

/** @throws {Error} when the database does not answer: a scrape that fails is itself the alarm */
export async function renderWebMetrics({
  pool,
  liveBrowsers,
}: {
  pool: Pool;
  liveBrowsers: number;
}): Promise<{ text: string; contentType: string }> {
  const metrics = gauges();
  metrics.liveBrowsers.set(liveBrowsers);
  metrics.connections.set({ state: "idle" }, pool.idleCount);
  metrics.connections.set({ state: "busy" }, pool.totalCount - pool.idleCount);
  metrics.connections.set({ state: "queued" }, pool.waitingCount);
  const { rows } = await pool.query<{ online: number; offline: number; quarantined: number; proposed: number }>(
    `select (select count(*) from nodes where online)::int as online, (select count(*) from nodes where not online and status = 'accepted')::int as offline,
       (select count(*) from quarantine where status = 'held')::int as quarantined, (select count(*) from streams where status = 'proposed')::int as proposed`,
  );
  metrics.nodes.set({ state: "online" }, rows[0]?.online ?? 0);
  metrics.nodes.set({ state: "offline" }, rows[0]?.offline ?? 0);
  metrics.waiting.set({ what: "quarantined_messages" }, rows[0]?.quarantined ?? 0);
  metrics.waiting.set({ what: "proposed_streams" }, rows[0]?.proposed ?? 0);
  return { text: await metrics.registry.metrics(), contentType: metrics.registry.contentType };
}
