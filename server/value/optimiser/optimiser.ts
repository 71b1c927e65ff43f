import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { FigureError } from "../domain/fault";
import type { MinimalSetProblem } from "../domain/minimal-set";
import type { Plan, PortfolioProblem } from "../domain/portfolio";
import type { CertifiedSet, MinimalSetAnswer } from "./find-minimal-set";
import type { Certified, FrontierPoint, PortfolioAnswer, WhyNot } from "./plan-portfolio";
import type { Job, Progress, ThreadAnswer, ThreadRequest } from "./thread-messages";

export interface JobOptions {
  timeLimitS: number;
  /** aborting ends the solve; the answer is then the best found so far, not proven */
  signal?: AbortSignal;
}

/**
 * The optimiser, from outside: every call is handed to its thread and answered by a promise, so the calling process never
 * stands still. When the thread ends, whatever was under way is rejected.
 */
export class Optimiser {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { heard: (answer: ThreadAnswer) => void; failed: (cause: Error) => void }>();
  #nextId = 1;
  #ended: Error | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Starts the thread and waits until the solver is loaded in it. */
  static async start(): Promise<Optimiser> {
    const worker = startThread();
    const optimiser = new Optimiser(worker);
    await new Promise<void>((resolve, reject) => {
      optimiser.#waiting.set(0, { heard: () => resolve(), failed: reject });
      worker.on("message", (answer: ThreadAnswer) => {
        optimiser.#waiting.get(answer.kind === "ready" ? 0 : answer.id)?.heard(answer);
      });
      worker.on("error", (cause) => optimiser.#end(cause instanceof Error ? cause : new Error(String(cause))));
      worker.on("exit", () => optimiser.#end(new Error("the optimiser's thread has ended")));
    });
    optimiser.#waiting.delete(0);
    return optimiser;
  }

  /** The best portfolio; `onFirst` has a good plan with its bound within a fraction of a second. */
  portfolio(
    problem: PortfolioProblem,
    options: JobOptions & { onFirst?: (first: Certified) => void; onProgress?: (progress: Progress) => void },
  ): Promise<PortfolioAnswer> {
    return this.#ask({ kind: "portfolio", problem }, options, (answer) => {
      if (answer.kind === "first") options.onFirst?.(answer.first);
      if (answer.kind === "progress") options.onProgress?.(answer.progress);
      return answer.kind === "portfolio" ? answer.answer : null;
    });
  }

  /** The best plan at each budget; `onPoint` has each one as it is found. */
  frontier(
    problem: PortfolioProblem,
    budgetsCents: readonly number[],
    options: JobOptions & { onPoint?: (point: FrontierPoint) => void },
  ): Promise<FrontierPoint[]> {
    return this.#ask({ kind: "frontier", problem, budgetsCents }, options, (answer) => {
      if (answer.kind === "point") options.onPoint?.(answer.point);
      return answer.kind === "frontier" ? answer.answer : null;
    });
  }

  /** What a use case that is not in the best plan would need, and what it would push out. */
  whyNot(
    problem: PortfolioProblem,
    useCaseId: string,
    { best, ...options }: JobOptions & { best?: Plan },
  ): Promise<WhyNot> {
    return this.#ask({ kind: "why not", problem, useCaseId, best }, options, (answer) =>
      answer.kind === "why not" ? answer.answer : null,
    );
  }

  /** The cheapest, then smallest set of things that reaches a target; `onFound` has each better one with its bound. */
  minimalSet(
    problem: MinimalSetProblem,
    options: JobOptions & { onFound?: (found: CertifiedSet) => void },
  ): Promise<MinimalSetAnswer> {
    return this.#ask({ kind: "minimal set", problem }, options, (answer) => {
      if (answer.kind === "found set") options.onFound?.(answer.found);
      return answer.kind === "minimal set" ? answer.answer : null;
    });
  }

  /** Ends the thread, also in the middle of a solve. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  /** `read` gives the final answer of a message, or null when the message was not the last. */
  #ask<Answer>(
    job: Job,
    { timeLimitS, signal }: JobOptions,
    read: (answer: ThreadAnswer) => Answer | null,
  ): Promise<Answer> {
    const id = this.#nextId++;
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const abort = (): void => void Atomics.store(cancel, 0, 1);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const asked = new Promise<Answer>((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      const heard = (answer: ThreadAnswer): void => {
        if (answer.kind === "failed") {
          reject(answer.fault ? new FigureError(answer.fault) : new Error(answer.message));
          return;
        }
        const last = read(answer);
        if (last !== null) resolve(last);
      };
      this.#waiting.set(id, { heard, failed: reject });
      this.#worker.postMessage({ id, job, timeLimitS, cancel } satisfies ThreadRequest);
    });
    return asked.finally(() => {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", abort);
    });
  }

  #end(cause: Error): void {
    this.#ended ??= cause;
    for (const { failed } of this.#waiting.values()) failed(cause);
  }
}

/** In `dist/` the thread is a bundle beside the running one; from source it is TypeScript, and tsx is registered inside the thread. */
function startThread(): Worker {
  const bundle = fileURLToPath(new URL("./optimiser-thread.js", import.meta.url));
  if (existsSync(bundle)) return new Worker(bundle);
  const entry = JSON.stringify(new URL("./thread.ts", import.meta.url).href);
  // the package resolves to CommonJS here; the module of the same name beside it can register a loader for a thread
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api")).href.replace(/\.cjs$/, ".mjs");
  return new Worker(
    `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${entry}); });`,
    { eval: true },
  );
}
