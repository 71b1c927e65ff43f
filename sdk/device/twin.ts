import { join } from "node:path";
import { Desired, Reported } from "@/sdk/wire/twin";
import { readIfThere, replaceFile } from "./buffer/files";
import { Serial } from "./buffer/serial";

/** A part of the desired document that could not be applied; the last good one of that part goes on running. */
export type DesiredFault = Reported["errors"][number];

/**
 * Applies a desired document and says what could not be. `lastGood` is the newest document that was applied in full, null
 * before the first. Throwing counts as a fault of the whole.
 */
export type DesiredHandler = (
  desired: Desired,
  lastGood: Desired | null,
) => Promise<DesiredFault[] | void> | DesiredFault[] | void;

/**
 * The desired and the reported document (wire contract §5): one revision covers everything. The last good document is on
 * the disk, so a node that starts without a connection runs what it ran before.
 */
export class Twin {
  private readonly handlers: DesiredHandler[] = [];
  private readonly serial = new Serial();
  private latest: Reported | null = null;
  private newest: Desired | null = null;

  private constructor(
    private readonly path: string,
    private lastGood: Desired | null,
    private readonly publish: (reported: Reported) => Promise<void>,
    private readonly own: (desired: Desired) => void,
  ) {
    if (lastGood) own(lastGood);
  }

  /** `publish` sends a report; `own` takes what concerns the SDK itself, such as the backfill rate. */
  static async open(
    root: string,
    publish: (reported: Reported) => Promise<void>,
    own: (desired: Desired) => void,
  ): Promise<Twin> {
    const path = join(root, "desired.json");
    const text = await readIfThere(path);
    const parsed = text === null ? null : Desired.safeParse(JSON.parse(text));
    return new Twin(path, parsed?.success ? parsed.data : null, publish, own);
  }

  get applied(): Desired | null {
    return this.lastGood;
  }

  /** The handler gets the last good document at once, when there is one, and every newer one after it. */
  async on(handler: DesiredHandler): Promise<void> {
    this.handlers.push(handler);
    const start = this.newest ?? this.lastGood;
    if (start) await this.serial.run(() => this.apply(start));
  }

  /** Takes a document from the control plane; an older revision, or the same again, only repeats the report. */
  take(payload: Buffer): Promise<void> {
    return this.serial.run(async () => {
      const parsed = Desired.safeParse(parseDocument(payload));
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const fault = {
          path: (issue?.path ?? []).join("."),
          code: "SCHEMA",
          detail: issue?.message ?? "not a desired document",
        };
        return this.say({
          v: 1,
          revision: this.newest?.revision ?? this.lastGood?.revision ?? 0,
          applied: this.lastGood?.revision ?? 0,
          errors: [fault],
        });
      }
      const known = Math.max(this.newest?.revision ?? -1, this.lastGood?.revision ?? -1);
      if (parsed.data.revision <= known && this.latest) return this.publish(this.latest);
      if (parsed.data.revision < known) return undefined;
      this.newest = parsed.data;
      this.own(parsed.data);
      // Nobody to apply it yet: it waits for the first handler, and is not reported as applied.
      return this.handlers.length === 0 ? undefined : this.apply(parsed.data);
    });
  }

  /** Applies the newest document once more, when a part of it could not be: what was missing may be there now. */
  again(): Promise<void> {
    return this.serial.run(async () => {
      const desired = this.newest ?? this.lastGood;
      if (desired && this.latest?.errors.length !== 0) await this.apply(desired);
    });
  }

  /** Publishes a report the application made itself. */
  async say(reported: Reported): Promise<void> {
    this.latest = Reported.parse(reported);
    await this.publish(this.latest);
  }

  /** The report is retained at the broker; a new broker gets it again. */
  async repeat(): Promise<void> {
    if (this.latest) await this.publish(this.latest);
  }

  private async apply(desired: Desired): Promise<void> {
    const errors: DesiredFault[] = [];
    for (const handler of this.handlers) {
      try {
        errors.push(...((await handler(desired, this.lastGood)) ?? []));
      } catch (cause) {
        errors.push({
          path: "",
          code: "FAILED",
          detail: (cause instanceof Error ? cause.message : String(cause)).slice(0, 1_000),
        });
      }
    }
    if (errors.length === 0 && this.lastGood?.revision !== desired.revision) {
      await replaceFile(this.path, JSON.stringify(desired));
      this.lastGood = desired;
    }
    await this.say({ v: 1, revision: desired.revision, applied: this.lastGood?.revision ?? 0, errors });
  }
}

/** JSON or, where it is none, a value that no schema takes. */
function parseDocument(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch (cause) {
    return cause instanceof SyntaxError ? undefined : cause;
  }
}
