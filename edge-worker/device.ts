import { setTimeout as sleep } from "node:timers/promises";
import type { CommandHandler } from "@/sdk/device/commands";
import type { Device } from "@/sdk/device/device";
import { DeviceError } from "@/sdk/device/errors";
import type { DeviceStats } from "@/sdk/device/stats";
import type { DesiredFault } from "@/sdk/device/twin";
import type { Desired } from "@/sdk/wire/twin";
import type { EventOut, InferenceOut } from "./pipeline/output";
import type { Sample } from "./samples";

/**
 * What the worker needs of the device SDK (`sdk/device`), so that tests can stand in for the broker. A promise resolves
 * when the row is in the durable log; it rejects when the row can never be accepted.
 */
export interface EdgeDevice {
  write(sample: Sample): Promise<void>;
  event(row: EventOut): Promise<void>;
  inference(row: InferenceOut): Promise<void>;
  /** the handler says what could not be applied; the SDK reports it */
  onDesired(handler: (desired: Desired) => Promise<DesiredFault[]>): Promise<void>;
  /** applies the desired document again, when a part of it could not be */
  reapplyDesired(): Promise<void>;
  /** announces what changed in the birth, such as the model of a slot */
  rebirth(): Promise<void>;
  onCommand(verb: string, handler: CommandHandler): void;
  stats(): DeviceStats;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Codes after which the same row may be accepted later. */
const PASSING = new Set(["BUSY", "DISK_FULL", "DISK_ERROR", "QUOTA"]);
const TRIES = 8;
const FIRST_PAUSE_MS = 25;

/**
 * The SDK's device with patience: a full queue or disk holds the source up for some seconds (the pause doubles, 25 ms to
 * 3 s) before a row is given up, and given up means an error that the worker counts.
 */
export function patient(device: Device): EdgeDevice {
  async function trying(work: () => Promise<void>): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await work();
      } catch (cause) {
        if (!(cause instanceof DeviceError) || !PASSING.has(cause.code) || tried === TRIES) throw cause;
        await sleep(FIRST_PAUSE_MS * 2 ** (tried - 1));
      }
    }
  }
  return {
    write: (sample) => trying(() => device.write(sample)),
    event: (row) => trying(() => device.event(row)),
    inference: (row) => trying(() => device.inference(row)),
    onDesired: (handler) => device.onDesired(handler),
    reapplyDesired: () => device.reapplyDesired(),
    rebirth: () => device.rebirth(),
    onCommand: (verb, handler) => device.onCommand(verb, handler),
    stats: () => device.stats(),
    flush: () => device.flush(),
    close: () => device.close(),
  };
}
