import type { EdgeDevice } from "./device";
import { type Health, overall } from "./health";

/** Time between the answer to `restart` and the end, ms: the answer is on the disk and with the broker by then. */
const RESTART_AFTER_MS = 1_000;
/** Parts that a snapshot holds at most; it travels as one message and is kept for repeats of the command. */
const MAX_PARTS = 100;

/**
 * The commands an edge worker answers beside those of the device itself (ping, hold, resume, resend):
 *
 * - `snapshot`: its health at this moment, as /health has it.
 * - `restart`: it answers, stops in order and ends with 0; what keeps it running (a supervisor, a unit, a container's
 *   restart policy) starts it again. Run from a terminal it stays off.
 *
 * `calibrate` has no handler: an edge worker has nothing that calibrates itself, and the answer is `refused`.
 */
export function answerCommands(
  device: EdgeDevice,
  { health, restart }: { health: () => Health; restart: () => void },
): void {
  device.onCommand("snapshot", () => {
    const { node, version, uptimeS, rssMb, parts, slots, threadRestarts } = health();
    return {
      status: overall(parts),
      node,
      version,
      uptimeS,
      rssMb,
      slots,
      threadRestarts,
      parts: parts.slice(0, MAX_PARTS),
      ...(parts.length > MAX_PARTS ? { partsLeftOut: parts.length - MAX_PARTS } : {}),
    };
  });
  device.onCommand("restart", () => {
    setTimeout(restart, RESTART_AFTER_MS);
    return { inMs: RESTART_AFTER_MS };
  });
}
