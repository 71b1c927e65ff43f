import type { Pool } from "pg";
import { desiredTopic } from "@/sdk/wire/topics";
import { Desired } from "@/sdk/wire/twin";
import type { Logger } from "@/server/core/logger";

export interface DesiredParts {
  pool: Pool;
  log: Logger;
  /** Publishes retained where the broker offers it; false when there is no connection. */
  publish(topic: string, body: string): boolean;
}

/**
 * Tells nodes what they should run: when it changes, and again when a node announces itself, so that nothing rests on what
 * the broker retains. A node takes the same revision twice without doing anything twice.
 */
export class DesiredDocuments {
  constructor(private readonly parts: DesiredParts) {}

  /** Never fails: what could not be told now is told at the node's next birth. */
  async tell(node: string): Promise<void> {
    const { pool, log, publish } = this.parts;
    try {
      const { rows } = await pool.query<{ desired: unknown }>(
        "select desired from node_documents where node_id = $1 and desired is not null",
        [node],
      );
      if (rows[0] === undefined) return;
      const desired = Desired.parse(rows[0].desired);
      if (!publish(desiredTopic(node), JSON.stringify(desired)))
        log.info({ node }, "The node was not told what it should run; it is told when it announces itself.");
    } catch (cause) {
      log.warn({ err: cause, node }, "The node was not told what it should run; it is told when it announces itself.");
    }
  }
}
