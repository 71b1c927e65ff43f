import { arch, totalmem } from "node:os";
import type { DurableAck } from "@/sdk/wire/ack";
import { Birth, type BufferStatus, type StreamSpec } from "@/sdk/wire/birth";
import { LANES, Lane } from "@/sdk/wire/names";
import type { Reported } from "@/sdk/wire/twin";
import { seededRandom } from "./backoff";
import { Births } from "./births";
import { newUlid, openFileBuffer } from "./buffer/file-buffer";
import type { BufferStore } from "./buffer/port";
import { Serial } from "./buffer/serial";
import { DeviceClock, HOST_TIME, type TimeSource, hostClockStatus } from "./clock";
import { type CommandHandler, Commands } from "./commands";
import { keepDeadLetter } from "./dead-letters";
import { DeviceError, diskRefusal } from "./errors";
import { Evictor } from "./evictor";
import { DEFAULT_TIMING, type DeviceOptions, type Timing, checkOptions } from "./options";
import { payloadLimit } from "./publishable";
import { type Quota, quotaFrom } from "./quota";
import {
  type EventInput,
  type InferenceInput,
  type MediaInput,
  type Reading,
  eventRow,
  inferenceRow,
  isPinnedRow,
  mediaRow,
  telemetryRow,
} from "./rows";
import type { SealableRow } from "./seal";
import { DEFAULT_SEAL, Sealer } from "./sealer";
import { Sender } from "./sender";
import { Session } from "./session";
import type { DeviceStats } from "./stats";
import { type DesiredHandler, Twin } from "./twin";

export const SDK_NAME = "throughline-ts/1.0.0";
const DEFAULT_BACKFILL_RATE = 10_000;
/** Rows that may wait unsealed, per lane, while the disk refuses sealed batches. */
const MAX_UNSEALED_ROWS = 20_000;
const LOOK_EVERY_MS = 1_000;
/** Problems that become an event of the node, because somebody may be at fault who is not there to read its log. */
const RECORDED: Partial<Record<string, string>> = { TAKEN_OVER: "taken-over", COMMAND_IGNORED: "command-ignored" };

/**
 * Opens the buffer, seals what a former start left, and starts to connect; it does not wait for a connection.
 *
 * @throws {DeviceError} `BAD_OPTIONS` with the field at fault; `ALREADY_RUNNING` with the pid of the other process.
 */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  const streams = checkOptions(options);
  const boot = newUlid();
  const time = options.time ?? HOST_TIME;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const quota = quotaFrom(options.quota);
  let status = options.clock ?? hostClockStatus();
  const clock = new DeviceClock(time, status, (next) => {
    status = next;
  });
  const fileBytes = Math.min(8 * 1024 * 1024, Math.max(32 * 1024, Math.floor(quota.bytes / 32)));
  const store = await openFileBuffer({
    dataDir: options.dataDir,
    origin: () => ({ boot, clock: status }),
    monoMs: () => time.monoMs(),
    segmentBytes: fileBytes,
    rowFileBytes: Math.min(fileBytes, 1024 * 1024),
    syncEveryMs: timing.syncEveryMs,
    syncEveryRows: timing.syncEveryRows,
  });
  try {
    const births = await Births.open(options.dataDir);
    const commands = await Commands.open(options.dataDir, options.node, () => time.now());
    const device = new Device(options, { streams, boot, time, timing, quota, clock, store, births, commands });
    await device.start();
    return device;
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

interface Parts {
  streams: StreamSpec[];
  boot: string;
  time: TimeSource;
  timing: Timing;
  quota: Quota;
  clock: DeviceClock;
  store: BufferStore;
  births: Births;
  commands: Commands;
}

/**
 * A device as its application sees it. Everything written is in the durable buffer when the promise resolves, and leaves it
 * only when the control plane has committed it (or when it had to be given up, which is itself recorded). Await each write:
 * that is the back-pressure.
 */
export class Device {
  readonly clock: DeviceClock;
  readonly boot: string;
  private readonly streams: ReadonlyMap<string, StreamSpec>;
  private readonly store: BufferStore;
  private readonly sealer: Sealer;
  private readonly sender: Sender;
  private readonly session: Session;
  private readonly evictor: Evictor;
  private readonly room = new Serial();
  private twin: Twin | null = null;
  private lookTimer: NodeJS.Timeout | null = null;
  private isFull = false;
  private rejectedBatches = 0;
  private lastFault: string | null = null;

  constructor(
    private readonly options: DeviceOptions,
    private readonly parts: Parts,
  ) {
    const { store, clock, boot, time, timing, quota } = parts;
    this.clock = clock;
    this.boot = boot;
    this.store = store;
    this.streams = new Map(parts.streams.map((stream) => [stream.key, stream]));
    const policy = { ...DEFAULT_SEAL, ...options.seal, delayMs: { ...DEFAULT_SEAL.delayMs, ...options.seal?.delayMs } };
    const random = seededRandom(`${options.node}/${boot}`);
    this.sealer = new Sealer({
      node: options.node,
      store,
      policy,
      boot,
      clock: () => clock.status(),
      monoMs: () => time.monoMs(),
      isOffline: () => !this.session.isOnline(),
      isPinned: isPinnedRow,
      sealed: () => {
        this.lastFault = null;
        this.makeRoom();
        this.sender.pump();
      },
      failed: (cause) => this.noteFault(cause),
    });
    this.sender = new Sender({
      node: options.node,
      store,
      backfillRate: options.backfillRate ?? DEFAULT_BACKFILL_RATE,
      probeEveryMs: timing.probeEveryMs,
      pubackTimeoutMs: timing.pubackTimeoutMs,
      ackTimeoutMs: timing.ackTimeoutMs,
      monoMs: () => time.monoMs(),
      random,
      ensureBirth: (of) => this.session.ensureBirth(of),
      isClaimed: (batch) => this.evictor.isClaimed(batch),
      damaged: (batch) => this.evictor.declareLost(batch, "damaged"),
      problem: (code, detail) => this.problem(code, detail),
      rejected: (lane, rejections) => this.buryRejected(lane, rejections),
      freed: () => {
        this.isFull = false;
      },
      tooLarge: (bytes) => this.sealer.setLimit(Math.max(1_024, Math.floor(bytes / 2))),
    });
    this.evictor = new Evictor({
      node: options.node,
      boot,
      store,
      quota,
      clock: () => ({ ...clock.status(), boot, monoMs: Math.round(time.monoMs()) }),
      isUnderWay: (batch) => this.sender.isUnderWay(batch),
      compression: policy.compression,
    });
    this.session = new Session({
      node: options.node,
      boot,
      url: options.url,
      token: options.token,
      keepaliveSeconds: timing.keepaliveSeconds,
      connectTimeoutMs: timing.connectTimeoutMs,
      reconnectMinMs: timing.reconnectMinMs,
      reconnectMaxMs: timing.reconnectMaxMs,
      random,
      birth: () => this.birth(),
      buffer: () => this.buffer(),
      reportMs: timing.reportMs,
      births: parts.births,
      sender: this.sender,
      commands: parts.commands,
      twin: () => this.twin,
      problem: (code, detail) => this.problem(code, detail),
      limits: (maxPacketBytes) => this.sealer.setLimit(payloadLimit(maxPacketBytes)),
    });
  }

  /** Called once by `openDevice`. */
  async start(): Promise<void> {
    const { births, commands } = this.parts;
    this.twin = await Twin.open(
      this.options.dataDir,
      async (reported) => {
        await this.session.publishReported(reported);
      },
      (desired) => {
        if (desired.backfillRate !== undefined) this.sender.setBackfillRate(desired.backfillRate);
      },
    );
    commands.onIgnored((detail) => this.problem("COMMAND_IGNORED", detail));
    commands.on("ping", () => ({ boot: this.boot, epoch: this.store.epoch, bufferBytes: this.store.usage().total }));
    commands.on("hold", () => this.sender.hold("hold"));
    commands.on("resume", () => this.sender.resume());
    commands.on("resend", async (args) => {
      if (args.birth === true) {
        await this.session.publishBirths(await births.former(this.store, this.boot));
        return;
      }
      const lane = Lane.safeParse(args.lane);
      this.sender.resend(lane.success ? lane.data : null, typeof args.from === "number" ? args.from : 0);
    });
    await this.tolerant(async () => {
      for (const lane of LANES)
        for (const missing of this.store.missing(lane)) await this.evictor.declareMissing(lane, missing);
      await births.keep(this.birth());
      await births.prune(this.store, this.boot);
    });
    for (const lane of LANES) this.sealer.rowsAdded(lane);
    this.makeRoom();
    this.session.start();
    this.lookTimer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.lookTimer.unref();
  }

  /**
   * Writes one row of readings. Resolves when it is in the log: a crash of this process cannot lose it, a power cut within
   * 1 s or 500 rows can. With `durable` it resolves after the fsync, and nothing can.
   *
   * @throws {DeviceError} `DISK_FULL`, `DISK_ERROR`, `QUOTA`, `BUSY`: the row is not in the buffer, try again later.
   *   `UNKNOWN_STREAM`, `BAD_ROW`, `TOO_LARGE`: it never will be.
   */
  async write(reading: Reading, { durable = false }: { durable?: boolean } = {}): Promise<void> {
    await this.append("telemetry", telemetryRow(reading, this.streams, this.clock.isTrusted()), durable);
  }

  /** Writes one event; durable, because events are few and matter. */
  async event(event: EventInput): Promise<void> {
    await this.append("events", eventRow(event, this.clock.isTrusted()), true);
  }

  async inference(row: InferenceInput): Promise<void> {
    await this.append("inference", inferenceRow(row), false);
  }

  /** Announces a piece of media; its bytes go over HTTP when asked for. */
  async media(row: MediaInput): Promise<void> {
    await this.append("media", mediaRow(row), false);
  }

  /** Called with each newer desired document, and at once with the last good one. */
  async onDesired(handler: DesiredHandler): Promise<void> {
    await this.twin?.on(handler);
  }

  /** Applies the desired document once more, when a part of it could not be. */
  async reapplyDesired(): Promise<void> {
    await this.twin?.again();
  }

  async report(reported: Reported): Promise<void> {
    await this.twin?.say(reported);
  }

  onCommand(verb: string, handler: CommandHandler): void {
    this.parts.commands.on(verb, handler);
  }

  /** Publishes on a topic of this node (`up/action/…`); false when there is no connection now. */
  publish(topic: string, body: unknown): Promise<boolean> {
    return this.session.publish(topic, body, false);
  }

  /** Tells the control plane again who we are, after slots or clock changed. */
  async rebirth(): Promise<void> {
    await this.parts.births.keep(this.birth());
    await this.session.publishBirth();
  }

  /** Seals everything written so far and brings it onto the disk. It does not wait for the control plane. */
  async flush(): Promise<void> {
    await this.store.sync().catch((cause: unknown) => {
      throw diskRefusal(cause);
    });
    await this.sealer.flush();
  }

  /** Tries to connect now, also after a takeover. */
  reconnect(): void {
    this.session.reconnect();
  }

  /** Seals, syncs, says goodbye to the broker and gives the folder free. What is not settled stays in the buffer. */
  async close(): Promise<void> {
    if (this.lookTimer) clearInterval(this.lookTimer);
    await this.tolerant(() => this.sealer.flush());
    await this.sealer.stop();
    await this.session.close("stop");
    await this.room.idle();
    await this.store.close();
  }

  stats(): DeviceStats {
    const { store, sender } = this;
    const usage = store.usage();
    const of = (lane: Lane) => {
      const { nextBatch, nextRow, sealedRows, settled } = store.lane(lane);
      return {
        bytes: usage.lanes[lane],
        batches: store.count(lane),
        unsealedRows: nextRow - sealedRows,
        nextBatch,
        nextRow,
        settledUpTo: settled.upTo,
      };
    };
    return {
      state: this.session.state,
      heldBy: sender.heldBy,
      boot: this.boot,
      epoch: store.epoch,
      connects: this.session.connects,
      failedConnects: this.session.failedConnects,
      connectTrouble: this.session.connectTrouble,
      bufferBytes: usage.total,
      bufferLimitBytes: this.parts.quota.bytes,
      oldestMs: this.oldestMs(),
      lanes: { events: of("events"), telemetry: of("telemetry"), inference: of("inference"), media: of("media") },
      underWay: sender.underWay(),
      sentBatches: sender.sentBatches,
      resentBatches: sender.resentBatches,
      ackedBatches: sender.ackedBatches,
      rejectedBatches: this.rejectedBatches,
      evictedRows: this.evictor.evictedRows,
      ignoredCommands: this.parts.commands.ignored,
      fault: store.fault()?.message ?? this.lastFault,
    };
  }

  private async append(lane: Lane, row: SealableRow, durable: boolean): Promise<void> {
    if (this.isFull) {
      throw new DeviceError(
        "QUOTA",
        "The buffer is full and holds nothing that may be given up: give it a larger quota.",
        "quota",
      );
    }
    const { nextRow, sealedRows } = this.store.lane(lane);
    if (nextRow - sealedRows > MAX_UNSEALED_ROWS) {
      throw (
        this.store.fault() ??
        new DeviceError("BUSY", this.lastFault ?? "Rows arrive faster than they can be sealed: await each write.")
      );
    }
    await this.store.append(lane, [row], { durable });
    this.sealer.rowsAdded(lane);
  }

  private birth(): Birth {
    const { node, site, labels, agent, capabilities, slots } = this.options;
    return Birth.parse({
      v: 1,
      node,
      boot: this.boot,
      epoch: this.store.epoch,
      sdk: SDK_NAME,
      ...(agent ? { agent } : {}),
      ...(site ? { site } : {}),
      labels: labels ?? {},
      arch: arch(),
      memMB: Math.round(totalmem() / 1024 / 1024),
      capabilities: [...(capabilities ?? [])],
      clock: this.clock.status(),
      streams: this.parts.streams,
      slots: slots?.() ?? [],
      buffer: this.buffer(),
    });
  }

  private buffer(): BufferStatus {
    return { bytes: this.store.usage().total, limitBytes: this.parts.quota.bytes, oldest: this.oldestMs() };
  }

  private oldestMs(): number | null {
    let oldest: number | null = null;
    for (const lane of LANES) {
      for (const { fromMs } of this.store.held(lane)) {
        oldest = oldest === null ? fromMs : Math.min(oldest, fromMs);
        break;
      }
    }
    return oldest;
  }

  private makeRoom(): void {
    this.room
      .run(async () => {
        this.isFull = !(await this.evictor.makeRoom());
      })
      .catch((cause: unknown) => this.noteFault(cause));
  }

  private async buryRejected(lane: Lane, rejections: DurableAck["rejected"]): Promise<void> {
    for (const { batch, code, detail } of rejections) {
      if (!this.store.find(lane, batch)) continue;
      this.rejectedBatches += 1;
      this.problem("REJECTED", `The control plane refuses batch ${batch} of lane ${lane} (${code}): ${detail}`);
      await this.tolerant(async () => {
        const bytes = await this.store.read(lane, batch);
        await keepDeadLetter(
          this.options.dataDir,
          { lane, batch, code, detail, atMs: Math.round(this.parts.time.now()) },
          bytes,
        );
      });
    }
  }

  /** A step of the clock ends the batches being filled, so that each batch's clock status holds for all of its rows. */
  private look(): void {
    const stepMs = this.clock.takeStepMs();
    if (stepMs === 0) return;
    this.tolerant(async () => {
      await this.sealer.flush();
      await this.event({
        tsMs: Math.max(0, this.parts.time.now()),
        kind: "clock-step",
        severity: "medium",
        data: { stepMs: Math.round(stepMs) },
      });
    }).catch((cause: unknown) => this.noteFault(cause));
  }

  private problem(code: string, detail: string): void {
    this.options.logger?.warn({ code, node: this.options.node }, detail);
    this.options.onProblem?.(code, detail);
    const kind = RECORDED[code];
    if (kind === undefined) return;
    this.tolerant(() =>
      this.event({ tsMs: Math.max(0, this.parts.time.now()), kind, severity: "high", data: { detail } }),
    ).catch((cause: unknown) => this.noteFault(cause));
  }

  private noteFault(cause: unknown): void {
    const { code, message } = diskRefusal(cause);
    if (this.lastFault !== message) this.options.logger?.warn({ code, node: this.options.node }, message);
    this.lastFault = message;
  }

  /** Work that a failing disk may prevent without making the device useless; the fault shows in `stats()`. */
  private async tolerant(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.noteFault(cause);
    }
  }
}
