import { existsSync } from "node:fs";
import type { ClockStatus } from "@/sdk/wire/birth";

/** Where a device takes its time from. Tests pass their own. */
export interface TimeSource {
  /** wall clock, ms since the Unix epoch */
  now(): number;
  /** never runs backwards, ms since some point of this start */
  monoMs(): number;
}

export const HOST_TIME: TimeSource = { now: () => Date.now(), monoMs: () => performance.now() };

/** A wall clock that moves this much against the monotonic one has been stepped, in ms. */
export const STEP_MS = 1_000;

/** A clock nobody has vouched for; 1 s of error is a guess for a host that was set by hand. */
const BY_HAND: ClockStatus = { source: "manual", offsetMs: 0, errorMs: 1_000 };

/**
 * How far the host's clock can be trusted, from what systemd-timesyncd leaves behind; a host without it counts as set by
 * hand. An agent that knows better calls `DeviceClock.set`.
 */
export function hostClockStatus(): ClockStatus {
  if (existsSync("/run/systemd/timesync/synchronized")) return { source: "ntp", offsetMs: 0, errorMs: 100 };
  if (existsSync("/run/systemd/timesync")) return { source: "none", offsetMs: 0, errorMs: 86_400_000 };
  return BY_HAND;
}

/**
 * The device's clock and what it is worth (G8). Status travels with every batch. A step of the wall clock is noticed and
 * told, and never changes a capture time that was already given.
 */
export class DeviceClock {
  private lastGapMs: number;

  constructor(
    readonly time: TimeSource,
    private current: ClockStatus,
    private readonly changed: (status: ClockStatus) => void,
  ) {
    this.lastGapMs = time.now() - time.monoMs();
  }

  status(): ClockStatus {
    return this.current;
  }

  /** Tells what a time service found out; call it at start and whenever it changes. */
  set(status: ClockStatus): void {
    this.current = status;
    this.changed(status);
  }

  /** False until something has vouched for the clock: what is recorded until then is flagged. */
  isTrusted(): boolean {
    return this.current.source !== "none";
  }

  /** By how much the wall clock has been stepped since the last call, in ms; 0 when it only ran. */
  takeStepMs(): number {
    const gapMs = this.time.now() - this.time.monoMs();
    const stepMs = gapMs - this.lastGapMs;
    this.lastGapMs = gapMs;
    return Math.abs(stepMs) >= STEP_MS ? stepMs : 0;
  }
}
