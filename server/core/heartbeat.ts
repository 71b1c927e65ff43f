import { hostname } from "node:os";
import type { Sql } from "@/db/access";
import { VERSION } from "./domain/version";
import type { Health } from "./metrics";

const BEAT_MS = 10_000;
/** A process that was silent for so long is history: its name is free, and the page shows who is there. */
const FORGET_AFTER = "1 day";

export interface Beating {
  kind: "web" | "ingest" | "jobs";
  /** Stays the same over restarts where the process has a name of its own, such as a replica. */
  name: string;
  health: () => Health | Promise<Health>;
  failed: (cause: unknown) => void;
}

/**
 * Says every ten seconds that this process lives and what it knows of itself, for the page of the system. A beat that fails is told and
 * tried again: being silent is what the page takes for death.
 *
 * @returns says that it stops, in order
 */
export function startHeartbeat(sql: Sql, { kind, name, health, failed }: Beating): () => Promise<void> {
  const startedAt = new Date();
  const beat = async () => {
    const state = await health();
    await sql.query(
      `insert into process_heartbeats (name, kind, host, pid, version, started_at, ok, health) values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (name) do update set kind = excluded.kind, host = excluded.host, pid = excluded.pid, version = excluded.version,
         started_at = excluded.started_at, ok = excluded.ok, health = excluded.health, heard_at = now(), stopped_at = null`,
      [name, kind, hostname(), process.pid, VERSION, startedAt, state.ok, JSON.stringify(state)],
    );
    await sql.query("delete from process_heartbeats where kind = $1 and heard_at < now() - $2::interval", [
      kind,
      FORGET_AFTER,
    ]);
  };
  const tell = () => void beat().catch(failed);
  tell();
  const timer = setInterval(tell, BEAT_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await sql
      .query("update process_heartbeats set stopped_at = now() where name = $1 and pid = $2", [name, process.pid])
      .catch(failed);
  };
}
