import type { Pool } from "pg";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { DomainError, errorText } from "@/server/core/errors";
import type { Logger } from "@/server/core/logger";
import { listAble, tell } from "@/server/inbox/verbs";
import type { ObjectStore } from "@/server/models/objects/object";
import { isKind, type Kind } from "./domain/kinds";

/** What a kind works with. */
export interface RunParts {
  pool: Pool;
  store: TimeSeriesStore;
  /** @throws {DomainError} when this process has none */
  objects: () => ObjectStore;
  /** Seals the anchors of the audit log; null where the process was given no secret. */
  sealKey: string | null;
  log: Logger;
}

/** One attempt at a run, as its kind sees it. */
export interface Attempt {
  id: string;
  orgId: string;
  ownerId: string;
  input: unknown;
  /** What an attempt before this one noted last; null = from the beginning. */
  checkpoint: unknown;
  /** A line of the log that the person reads. */
  say(text: string): Promise<void>;
  /**
   * How far it is, and from where the next attempt would go on. Between two calls should lie seconds, not minutes.
   * @throws {RunEnded} when the run was cancelled or this process is told to stop: let it through
   */
  progress(reached: { done: number; total: number | null; counted: string; checkpoint?: unknown }): Promise<void>;
  /** @throws {RunEnded} the same without writing anything; for loops whose turns are short */
  check(): void;
}

/** `href` is the page that shows what came of it; without one, that of the run. */
export type Work = (attempt: Attempt, parts: RunParts) => Promise<{ result: unknown; says: string; href?: string }>;

/** Why an attempt ends before its work does. */
export class RunEnded extends Error {
  constructor(readonly why: "cancelled" | "stopping" | "lost") {
    super(`the run ends: ${why}`);
    this.name = "RunEnded";
  }
}

const BEAT_MS = 3_000;
/** A run whose process said nothing for this long is taken up by another. */
const LOST_AFTER_S = 20;
const MOST_ATTEMPTS = 3;
const LINES_KEPT = 300;
/** Progress is written at most this often; a checkpoint always. */
const WRITE_EVERY_MS = 500;

/**
 * Runs of people, each in the states of job_runs:
 *
 * QUEUED: a trigger put it into the queue. A worker takes it up and counts an attempt; who waits can be cancelled at once.
 * RUNNING: the process beats every 3 s and reads whether somebody asked to cancel. When it is stopped in order it gives the run back to the
 * queue; when it dies, `takeUp` of another process does, up to three attempts, each from the last checkpoint. Every write names its attempt,
 * so a process that was given up on and comes back changes nothing.
 * DONE, FAILED, CANCELLED: the end, told to whoever started it in the same transaction.
 */
export class Runs {
  private stopping = false;
  private readonly active = new Set<Heart>();

  constructor(
    private readonly parts: RunParts,
    private readonly kinds: Readonly<Record<Kind, Work>>,
    private readonly worker: string,
  ) {}

  get size(): number {
    return this.active.size;
  }

  /** One entry of the queue. An entry whose run is over, or with another process, is nothing to do. */
  async take(id: string): Promise<void> {
    if (this.stopping) return;
    const { rows } = await this.parts.pool.query<Claimed>(
      `update job_runs set state = 'running', attempts = attempts + 1, worker = $2, started_at = coalesce(started_at, now()), heard_at = now()
       where id = $1 and state = 'queued'
       returning id, org_id as "orgId", owner_id as "ownerId", kind, title, input, checkpoint, attempts as attempt, done`,
      [id, this.worker],
    );
    const run = rows[0];
    if (!run) return;
    const heart = new Heart(this.parts.pool, run);
    this.active.add(heart);
    try {
      await this.work(run, heart);
    } finally {
      heart.stop();
      this.active.delete(heart);
    }
  }

  private async work(run: Claimed, heart: Heart): Promise<void> {
    const { kind, attempt } = run;
    try {
      await heart.say(attempt === 1 ? `Started by ${this.worker}.` : `Taken up by ${this.worker}, attempt ${attempt}.`);
      if (!isKind(kind)) throw new DomainError("invalid_state", `This release knows no jobs of the kind ${kind}.`);
      const { result, says, href } = await this.kinds[kind](heart.attempt(), this.parts);
      await heart.say(says);
      await this.end(run, "done", { result, says, ...(href === undefined ? {} : { href }) });
    } catch (cause) {
      if (cause instanceof RunEnded) {
        if (cause.why === "cancelled") await this.end(run, "cancelled", { says: "Cancelled." });
        else if (cause.why === "stopping") await this.giveBack(run);
        else this.parts.log.warn({ run: run.id, attempt }, "This run was given to another process meanwhile.");
        return;
      }
      const expected = cause instanceof DomainError;
      if (!expected) this.parts.log.error({ err: cause, run: run.id }, "a run failed");
      const says = expected ? cause.message : `It failed: ${errorText(cause)}`.slice(0, 900);
      await this.end(run, "failed", { error: says, says });
    }
  }

  private async end(
    run: Claimed,
    state: "done" | "failed" | "cancelled",
    { result, error, says, href }: { result?: unknown; error?: string; says: string; href?: string },
  ): Promise<void> {
    const tx = await this.parts.pool.connect();
    let broken: Error | undefined;
    try {
      await tx.query("begin");
      const { rowCount } = await tx.query(
        `update job_runs set state = $3, ended_at = now(), heard_at = now(), result = $4, error = $5, checkpoint = null,
           done = case when $3 = 'done' then coalesce(total, done) else done end
         where id = $1 and attempts = $2 and state = 'running'`,
        [run.id, run.attempt, state, result === undefined ? null : JSON.stringify(result), error ?? null],
      );
      if (rowCount && state !== "cancelled") await tellEnd(tx, run, state, says, href ?? `/jobs/${run.id}`);
      if (rowCount && state !== "done")
        await tx.query("insert into job_lines (run_id, text) values ($1, $2)", [run.id, says]);
      await tx.query("commit");
    } catch (cause) {
      broken = cause instanceof Error ? cause : new Error(String(cause));
      throw cause;
    } finally {
      tx.release(broken);
    }
  }

  /** Back into the queue without counting the attempt: it was not the run's fault. */
  private async giveBack({ id, attempt }: Claimed): Promise<void> {
    await this.parts.pool.query(
      "insert into job_lines (run_id, text) select id, 'The process is stopping; the next one goes on from here.' from job_runs where id = $1 and attempts = $2 and state = 'running'",
      [id, attempt],
    );
    await this.parts.pool.query(
      "update job_runs set state = 'queued', attempts = attempts - 1, worker = null where id = $1 and attempts = $2 and state = 'running'",
      [id, attempt],
    );
  }

  /** Gives runs whose process died back to the queue, or ends them after the last attempt. @returns how many of each */
  async takeUp(): Promise<{ again: number; given_up: number }> {
    const { rows } = await this.parts.pool.query<Claimed & { asked: boolean }>(
      `select id, org_id as "orgId", owner_id as "ownerId", kind, title, input, checkpoint, attempts as attempt, done, cancel_asked_at is not null as asked
       from job_runs where state = 'running' and heard_at < now() - make_interval(secs => $1)`,
      [LOST_AFTER_S],
    );
    let again = 0;
    for (const run of rows) {
      if (run.asked) await this.end(run, "cancelled", { says: "Cancelled; its process had died." });
      else if (run.attempt >= MOST_ATTEMPTS) {
        const says = `Its process died ${run.attempt} times. Ask for a smaller range, or look into the log of the jobs process.`;
        await this.end(run, "failed", { error: says, says });
      } else {
        again++;
        await this.parts.pool.query(
          "update job_runs set state = 'queued', worker = null where id = $1 and attempts = $2 and state = 'running' and heard_at < now() - make_interval(secs => $3)",
          [run.id, run.attempt, LOST_AFTER_S],
        );
      }
    }
    return { again, given_up: rows.length - again };
  }

  /** Every run under way ends at its next step and goes back into the queue. */
  stop(): void {
    this.stopping = true;
    for (const heart of this.active) heart.end("stopping");
  }
}

interface Claimed {
  id: string;
  orgId: string;
  ownerId: string;
  kind: string;
  title: string;
  input: unknown;
  checkpoint: unknown;
  attempt: number;
  done: number;
}

async function tellEnd(
  tx: Parameters<typeof tell>[0],
  run: Claimed,
  state: "done" | "failed",
  says: string,
  href: string,
): Promise<void> {
  const about = { orgId: run.orgId, href, detail: says } as const;
  await tell(tx, {
    ...about,
    to: [run.ownerId],
    key: `job:${run.id}`,
    kind: state === "done" ? "job-done" : "job-failed",
    status: state === "done" ? "ok" : "bad",
    title: state === "done" ? `Done: ${run.title}` : `Failed: ${run.title}`,
  });
  if (run.kind === "verify-audit" && state === "failed")
    await tell(tx, {
      orgId: run.orgId,
      detail: says,
      href: "/admin/audit",
      to: await listAble(tx, run.orgId, "audit.read", null),
      key: "audit-broken",
      kind: "audit-broken",
      status: "bad",
      title: "The audit log could not be shown to be whole",
    });
}

/** Keeps a run its process's own: beats, progress, the log, and the word that it shall end. */
class Heart {
  private ended: RunEnded["why"] | null = null;
  private readonly timer: NodeJS.Timeout;
  private writtenMs = 0;

  constructor(
    private readonly pool: Pool,
    private readonly run: Claimed,
  ) {
    // A beat that fails is tried again with the next: after 20 s without one another process takes the run up.
    this.timer = setInterval(() => void this.beat().catch(() => undefined), BEAT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  end(why: RunEnded["why"]): void {
    this.ended ??= why;
  }

  private readonly check = (): void => {
    if (this.ended) throw new RunEnded(this.ended);
  };

  private async beat(reached?: {
    done: number;
    total: number | null;
    counted: string;
    checkpoint?: unknown;
  }): Promise<void> {
    const { rows } = await this.pool.query<{ asked: boolean }>(
      reached === undefined
        ? "update job_runs set heard_at = now() where id = $1 and attempts = $2 and state = 'running' returning cancel_asked_at is not null as asked"
        : `update job_runs set heard_at = now(), done = $3, total = $4, counted = $5, checkpoint = coalesce($6, checkpoint)
           where id = $1 and attempts = $2 and state = 'running' returning cancel_asked_at is not null as asked`,
      reached === undefined
        ? [this.run.id, this.run.attempt]
        : [
            this.run.id,
            this.run.attempt,
            reached.done,
            reached.total,
            reached.counted,
            reached.checkpoint === undefined ? null : JSON.stringify(reached.checkpoint),
          ],
    );
    if (!rows[0]) this.end("lost");
    else if (rows[0].asked) this.end("cancelled");
  }

  async say(text: string): Promise<void> {
    await this.pool.query("insert into job_lines (run_id, text) values ($1, $2)", [this.run.id, text.slice(0, 1_000)]);
    await this.pool.query(
      "delete from job_lines where run_id = $1 and n <= (select n from job_lines where run_id = $1 order by n desc offset $2 limit 1)",
      [this.run.id, LINES_KEPT],
    );
  }

  attempt(): Attempt {
    const { id, orgId, ownerId, input, checkpoint } = this.run;
    return {
      id,
      orgId,
      ownerId,
      input,
      checkpoint,
      say: (text) => this.say(text),
      check: this.check,
      progress: async (reached) => {
        this.check();
        const now = Date.now();
        if (reached.checkpoint !== undefined || now - this.writtenMs >= WRITE_EVERY_MS) {
          this.writtenMs = now;
          await this.beat(reached);
        }
        this.check();
      },
    };
  }
}
