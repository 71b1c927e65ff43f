/**
 * The worker thread in which HiGHS runs: a solve blocks its thread for seconds, and the web process must not stand still for
 * 50 ms. Jobs are done one after the other, in the order asked. Between messages nothing can be received, so a cancel
 * arrives in shared memory, which the solver reads while it works.
 */
import { parentPort } from "node:worker_threads";
import { FigureError } from "../domain/fault";
import { findMinimalSet } from "./find-minimal-set";
import { budgetFrontier, planPortfolio, whyNot } from "./plan-portfolio";
import { Solver } from "./solver";
import type { ThreadAnswer, ThreadRequest } from "./thread-messages";

const port = parentPort;
if (!port) throw new Error("optimiser/thread is started as a worker thread by the optimiser");
const say = (answer: ThreadAnswer): void => port.postMessage(answer);
const solver = await Solver.open();

function handle({ id, job, timeLimitS, cancel }: ThreadRequest): ThreadAnswer {
  const cancelled = (): boolean => Atomics.load(cancel, 0) === 1;
  const options = { timeLimitS, cancelled };
  switch (job.kind) {
    case "portfolio": {
      const answer = planPortfolio(solver, job.problem, {
        ...options,
        onFirst: (first) => say({ kind: "first", id, first }),
        onProgress: (progress) => say({ kind: "progress", id, progress }),
      });
      return { kind: "portfolio", id, answer };
    }
    case "frontier": {
      const onPoint = (point: Extract<ThreadAnswer, { kind: "point" }>["point"]): void =>
        say({ kind: "point", id, point });
      const answer = budgetFrontier(solver, job.problem, job.budgetsCents, { ...options, onPoint });
      return { kind: "frontier", id, answer };
    }
    case "why not":
      return {
        kind: "why not",
        id,
        answer: whyNot(solver, job.problem, job.useCaseId, { ...options, best: job.best }),
      };
    case "minimal set":
      return {
        kind: "minimal set",
        id,
        answer: findMinimalSet(solver, job.problem, {
          ...options,
          onFound: (found) => say({ kind: "found set", id, found }),
        }),
      };
  }
}

port.on("message", (request: ThreadRequest) => {
  try {
    say(handle(request));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    say({ kind: "failed", id: request.id, message, fault: cause instanceof FigureError ? cause.fault : null });
  }
});
say({ kind: "ready" });
