import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT_BAD_CONFIGURATION } from "./command";
import { writePidFile } from "./processes";

/** A started process, whatever started it. */
export interface Running {
  pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<{ code: number | null; signal: string | null }>;
  /** Orderly end; resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface Service {
  /** Name of its log and pid file. */
  name: string;
  /** How sentences call it: "ingest", "the edge worker edge-lyon-1". */
  label: string;
  /** What ends it in an orderly way when a later start finds it orphaned; default SIGTERM. */
  endWith?: NodeJS.Signals;
  /** Starts it and waits until it works. Called again after each crash. */
  start(stop: AbortSignal): Promise<Running>;
}

export interface Timing {
  firstPauseMs: number;
  longestPauseMs: number;
  /** A run at least this long forgives the crashes before it. */
  forgiveAfterMs: number;
}

const TIMING: Timing = { firstPauseMs: 500, longestPauseMs: 30_000, forgiveAfterMs: 60_000 };
const CRASH_LOOP = 5;

/**
 * Keeps services running: starts them in the order given, starts one that dies again after a pause that doubles, says so in a
 * sentence, and stops all in reverse order.
 *
 * A service is *running* until its process ends. Then, unless we are stopping, it is *resting* for 0.5 s, 1 s, … 30 s and is
 * started again; a start that fails counts as a crash. From the fifth crash without a minute of calm in between it is called a
 * crash loop, once, with the place of its log, and is still tried every 30 s: the cause may be outside of it. A service that ends
 * with exit code 78 (bad configuration) *rests for good*: trying again cannot help.
 */
export class Supervisor {
  private readonly kept: { service: Service; running: Running | null; done: Promise<void> }[] = [];
  private readonly stopping = new AbortController();
  private readonly unfinished = new Set<Promise<unknown>>();

  constructor(
    private readonly pidFolder: string,
    private readonly say: (sentence: string) => void,
    private readonly timing: Timing = TIMING,
  ) {}

  /** Aborted once everything is to stop. */
  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  /** Starts a service for the first time. @throws what its start throws; then it is not kept */
  keep(service: Service): Promise<Running> {
    return this.during(this.startFirst(service));
  }

  /** Work that belongs to the start: `stopAll` waits for its end, so nothing comes to life after it. */
  during<T>(work: Promise<T>): Promise<T> {
    const settled = work
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.unfinished.delete(settled));
    this.unfinished.add(settled);
    return work;
  }

  private async startFirst(service: Service): Promise<Running> {
    this.stopping.signal.throwIfAborted();
    const running = await service.start(this.stopping.signal);
    const slot: (typeof this.kept)[number] = { service, running, done: Promise.resolve() };
    this.note(slot, running);
    slot.done = this.watch(slot, running);
    this.kept.push(slot);
    return running;
  }

  /** What is kept, in order of start. */
  list(): { name: string; pid: number | null }[] {
    return this.kept.map(({ service, running }) => ({ name: service.name, pid: running?.pid ?? null }));
  }

  /** Stops all, last started first. Resolves when no process is left. */
  async stopAll(onStopped: (name: string) => void = () => undefined): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.unfinished);
    for (const slot of [...this.kept].reverse()) {
      await slot.running?.stop();
      await slot.done;
      onStopped(slot.service.name);
    }
  }

  private note(slot: { service: Service; running: Running | null }, running: Running): void {
    slot.running = running;
    writePidFile(this.pidFile(slot.service), running.pid, slot.service.endWith);
  }

  private pidFile(service: Service): string {
    return join(this.pidFolder, `${service.name}.pid`);
  }

  private async watch(slot: { service: Service; running: Running | null }, first: Running): Promise<void> {
    const { service } = slot;
    let crashes = 0;
    let running: Running | null = first;
    let startedAt = Date.now();
    for (;;) {
      let how = "could not be started";
      if (running) {
        const { code, signal } = await running.exited;
        slot.running = null;
        rmSync(this.pidFile(service), { force: true });
        if (this.stopping.signal.aborted) return;
        if (code === EXIT_BAD_CONFIGURATION) {
          this.say(`${service.label} refuses its configuration and stays off; its log says why: ${service.name}.log`);
          return;
        }
        how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      }
      if (Date.now() - startedAt >= this.timing.forgiveAfterMs) crashes = 0;
      crashes++;
      const pauseMs = Math.min(this.timing.longestPauseMs, this.timing.firstPauseMs * 2 ** (crashes - 1));
      if (crashes < CRASH_LOOP) this.say(`${service.label} ${how}; starting it again in ${pauseMs / 1000} s.`);
      else if (crashes === CRASH_LOOP)
        this.say(
          `${service.label} has failed ${crashes} times in a row (it ${how}): a crash loop. It is tried again every ${this.timing.longestPauseMs / 1000} s; look at ${service.name}.log.`,
        );
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined); // stopping ends the pause
      if (this.stopping.signal.aborted) return;
      startedAt = Date.now();
      running = await this.restart(slot);
      if (this.stopping.signal.aborted) {
        await running?.stop();
        return;
      }
    }
  }

  private async restart(slot: { service: Service; running: Running | null }): Promise<Running | null> {
    try {
      const running = await slot.service.start(this.stopping.signal);
      this.note(slot, running);
      this.say(`${slot.service.label} runs again.`);
      return running;
    } catch (cause) {
      this.say(
        `${slot.service.label} does not start: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}`,
      );
      return null;
    }
  }
}
