import type { Pool } from "pg";
import { DomainError, errorText } from "@/server/core/errors";
import type { MinimalSetProblem } from "./domain/minimal-set";
import type { FrontierEntry, PlanAnswer, PlanState, WhyOut } from "./domain/plan-answer";
import type { PlanFacts } from "./domain/plan-facts";
import type { PortfolioProblem } from "./domain/portfolio";
import { Optimiser } from "./optimiser/optimiser";
import type { Certified, RunRecord } from "./optimiser/plan-portfolio";
import { SEED } from "./optimiser/solver";

const FRONTIER_POINTS = 12;
/** For one point of the frontier, and for one "why not": each is a hint beside the answer. */
const SIDE_LIMIT_S = 3;
const STEP_MS = 400;

/** What a solve needs of whoever runs it. */
export interface SolveWatch {
  /** throws when the run shall end */
  progress(done: number, total: number): Promise<void>;
}

/** What an error that `progress` threw means: somebody cancelled, another process goes on, or (null) it is a failure. */
type EndOf = (cause: unknown) => "cancelled" | "moved" | null;

/** Threads that wait for the next plan: starting one takes longer than a first answer may. */
const idle: Optimiser[] = [];

/** Starts a thread ahead of the first plan, which then finds it loaded. */
export async function warmSolver(): Promise<void> {
  if (idle.length === 0) idle.push(await Optimiser.start());
}

/** Ends the threads; for the end of the process. */
export async function stopSolvers(): Promise<void> {
  await Promise.all(idle.splice(0).map((optimiser) => optimiser.stop()));
}

/**
 * Answers a plan in the optimiser's thread, and writes down what is found as soon as it is found: the greedy answer with its bound, the
 * best, the frontier, and why each of the others is not chosen. When `progress` throws, the search ends; if somebody cancelled, the best
 * so far is kept.
 *
 * @returns what to tell about it @throws {DomainError} not_found, invalid_state for one that has an answer; and what `progress` threw
 */
export async function solvePlan(
  pool: Pool,
  planId: string,
  runId: string,
  watch: SolveWatch,
  endOf: EndOf,
): Promise<string> {
  const { rows } = await pool.query<PlanToSolve>(
    `update plans set run_id = $2, answer = '{}', first_at = null, error = null, state = 'solving'
     where id = $1 and state in ('solving', 'failed') returning goal, facts, time_limit_s as "timeLimitS"`,
    [planId, runId],
  );
  const [plan] = rows;
  if (!plan) throw new DomainError("invalid_state", "This plan has its answer. Ask anew on the page of the plan.");
  const optimiser = idle.pop() ?? (await Optimiser.start());
  const solve = new Solve(pool, planId, optimiser, plan, watch, endOf);
  try {
    const says = await solve.run();
    idle.push(optimiser);
    return says;
  } catch (cause) {
    await optimiser.stop();
    if (!solve.gaveUp) await solve.fail(errorText(cause));
    throw cause;
  }
}

type PlanToSolve = { timeLimitS: number } & (
  | { goal: "portfolio"; facts: PlanFacts & { problem: PortfolioProblem } }
  | { goal: "minimal-set"; facts: PlanFacts & { problem: MinimalSetProblem } }
);

/** One plan on its way to an answer. */
class Solve {
  private answer: PlanAnswer = {};
  private writing: Promise<void> = Promise.resolve();
  private state: PlanState = "solving";
  private readonly stop = new AbortController();
  private ended: { cause: unknown } | null = null;
  /** whether this attempt ended because it shall go on elsewhere, or was cancelled */
  gaveUp = false;

  constructor(
    private readonly pool: Pool,
    private readonly id: string,
    private readonly optimiser: Optimiser,
    private readonly plan: PlanToSolve,
    private readonly watch: SolveWatch,
    private readonly endOf: EndOf,
  ) {}

  async run(): Promise<string> {
    const says = await (this.plan.goal === "portfolio"
      ? this.portfolio(this.plan.facts.problem)
      : this.minimalSet(this.plan.facts.problem));
    await this.pool.query("update plans set ended_at = now() where id = $1", [this.id]);
    return says;
  }

  async fail(message: string): Promise<void> {
    await this.pool.query(
      "update plans set state = case when state = 'solving' then 'failed' else state end, error = $2, ended_at = now() where id = $1",
      [this.id, message.slice(0, 1_000)],
    );
  }

  private async portfolio(problem: PortfolioProblem): Promise<string> {
    const budgets = frontierBudgets(problem);
    const total = 1 + budgets.length + problem.useCases.length;
    const answer = await this.watched(0, total, (signal) =>
      this.optimiser.portfolio(problem, {
        ...{ timeLimitS: this.plan.timeLimitS, signal },
        // A write that fails fails the next one too, which is waited for.
        onFirst: (first) => void this.note({ best: first }, { best: first }).catch(() => undefined),
      }),
    );
    if (answer.kind === "infeasible") {
      await this.note({ conflict: answer.conflict.rules }, { state: "infeasible", run: answer.run });
      return "Nothing keeps all of its rules.";
    }
    const { plan, boundCents, gap, proven } = answer;
    const best: Certified = { plan, boundCents, gap };
    await this.note({ best }, { best, state: proven ? "proven" : "stopped", run: answer.run });
    if (this.ended) return this.end();
    await this.frontier(problem, budgets, total);
    const out = problem.useCases.filter(({ id }) => !(id in plan.options));
    for (const [index, { id }] of out.entries()) {
      if (this.ended) return this.end();
      await this.whyOut(problem, id, best, { done: 1 + budgets.length + index, total });
    }
    if (this.ended) return this.end();
    return proven ? "The best portfolio, proven." : `Within ${Math.ceil(gap * 100)} % of the best.`;
  }

  private async frontier(problem: PortfolioProblem, budgets: readonly number[], total: number): Promise<void> {
    const frontier: FrontierEntry[] = [];
    await this.watched(1, total, (signal) =>
      this.optimiser.frontier(problem, budgets, {
        ...{ timeLimitS: SIDE_LIMIT_S, signal },
        onPoint: ({ budgetCents, plan, proven }) => {
          const best = plan && {
            ...{ netCents: plan.netCents, spentCents: plan.spentCents },
            useCaseIds: Object.keys(plan.options),
          };
          frontier.push({ budgetCents, best, proven });
        },
      }),
    );
    await this.note({ frontier });
  }

  private async whyOut(
    problem: PortfolioProblem,
    id: string,
    { plan: best }: Certified,
    { done, total }: { done: number; total: number },
  ): Promise<void> {
    const why = await this.watched(done, total, (signal) =>
      this.optimiser.whyNot(problem, id, { timeLimitS: SIDE_LIMIT_S, signal, best }),
    );
    if (why.kind === "in" || this.ended) return;
    const entry: WhyOut =
      why.kind === "impossible"
        ? { kind: "impossible", rules: why.conflict.rules }
        : {
            ...{ kind: "out", shortCents: why.shortCents, leaves: why.leaves, enters: why.enters, proven: why.proven },
          };
    await this.note({ whyOut: { ...this.answer.whyOut, [id]: entry } });
  }

  private async minimalSet(problem: MinimalSetProblem): Promise<string> {
    const answer = await this.watched(0, 1, (signal) =>
      this.optimiser.minimalSet(problem, {
        ...{ timeLimitS: this.plan.timeLimitS, signal },
        // A write that fails fails the next one too, which is waited for.
        onFound: (found) => void this.note({ set: found.set }, { best: found }).catch(() => undefined),
      }),
    );
    if (answer.kind === "infeasible") {
      await this.note({ unreached: answer.targets }, { state: "infeasible", run: answer.run });
      return "Nothing reaches these targets together.";
    }
    const { set, proven, run } = answer;
    await this.note({ set }, { best: answer, state: proven ? "proven" : "stopped", run });
    if (this.ended) return this.end();
    return proven ? "The cheapest set and the smallest of its price, proven." : "A set, not proven to be the best.";
  }

  /** Whoever ends the run is told with the answer kept; a process that stops gives the plan to the next one instead. */
  private async end(): Promise<never> {
    const cause = this.ended?.cause;
    const end = this.endOf(cause);
    this.gaveUp = end !== null;
    if (end === "cancelled") await this.pool.query("update plans set ended_at = now() where id = $1", [this.id]);
    if (end === "moved") await this.pool.query("update plans set state = 'solving' where id = $1", [this.id]);
    throw cause;
  }

  /** Works while the run is watched: when it shall end, the optimiser is told, which then gives what it has. */
  private async watched<T>(done: number, total: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    let isLooking = false;
    const look = (): void => {
      if (isLooking || this.ended) return;
      isLooking = true;
      this.watch
        .progress(done, total)
        .catch((cause: unknown) => {
          this.ended = { cause };
          this.stop.abort();
        })
        .finally(() => {
          isLooking = false;
        });
    };
    look();
    const timer = setInterval(look, STEP_MS);
    try {
      return await work(this.stop.signal);
    } catch (cause) {
      if (this.ended) await this.end();
      throw cause;
    } finally {
      clearInterval(timer);
    }
  }

  /** Writes down what is known now, in the order in which it became known. */
  private note(
    found: Partial<PlanAnswer>,
    { best, state, run }: { best?: Pick<Certified, "boundCents" | "gap">; state?: PlanState; run?: RunRecord } = {},
  ): Promise<void> {
    this.answer = { ...this.answer, ...found };
    if (state) this.state = state;
    const values = [
      ...[this.id, JSON.stringify(this.answer), this.state, best?.boundCents ?? null, best?.gap ?? null],
      ...[run?.solver ?? null, SEED],
    ];
    this.writing = this.writing.then(async () => {
      await this.pool.query(
        `update plans set answer = $2, state = $3, bound_cents = coalesce($4, bound_cents), gap = coalesce($5, gap), solver = coalesce($6, solver),
           seed = $7, first_at = coalesce(first_at, now()) where id = $1`,
        values,
      );
    });
    return this.writing;
  }
}

/** Budgets up to what everything would cost, in equal steps, with the one that was asked for among them. */
function frontierBudgets({ useCases, assets, budgetCents }: PortfolioProblem): number[] {
  const all =
    useCases.reduce((sum, { options }) => sum + Math.max(0, ...options.map(({ ownCents }) => ownCents)), 0) +
    assets.reduce((sum, { costCents }) => sum + costCents, 0);
  const steps = Array.from({ length: FRONTIER_POINTS }, (_, index) =>
    Math.round((all * (index + 1)) / FRONTIER_POINTS),
  );
  return [...new Set([...steps, budgetCents])].sort((a, b) => a - b);
}
