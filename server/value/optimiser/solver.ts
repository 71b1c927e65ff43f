import loadHighs, { type Highs } from "highs";
import type { LinearModel } from "../domain/linear-model";

/** How far a solve may go, and who listens. */
export interface SolveOptions {
  timeLimitS: number;
  /** a first solution: one value per column; never start cold (a cold, limited run can be thirty times off) */
  start?: Float64Array;
  /** true gives the bound of the relaxation and no whole answer */
  relaxed?: boolean;
  onProgress?: (progress: SolveProgress) => void;
  /** asked often while solving */
  cancelled?: () => boolean;
}

/** Objective of the best solution so far and the best that is still possible, in the model's own units. */
export interface SolveProgress {
  best: number;
  bound: number;
  seconds: number;
}

export type Solved =
  | { kind: "optimal" | "stopped"; values: Float64Array | null; objective: number; bound: number }
  | { kind: "infeasible" };

/** Gap 0: an answer is called optimal only when it is. A millionth of a unit is far below one cent at the models' scale. */
const EXACT = { mip_rel_gap: 0, mip_abs_gap: 1e-6, mip_feasibility_tolerance: 1e-8 } as const;
export const SEED = 1;

/**
 * HiGHS (MIT, HiGHS 1.15) as WebAssembly. A solve blocks its thread, so only the optimiser's thread and tests open one.
 * Models are passed as arrays: names that people give break the LP text format.
 */
export class Solver {
  private constructor(
    private readonly highs: Highs,
    readonly version: string,
  ) {}

  static async open(): Promise<Solver> {
    const highs = await loadHighs();
    return new Solver(highs, `highs ${highs.version.string}`);
  }

  /** Solves one model; its memory is given back before this returns. */
  solve(model: LinearModel, options: SolveOptions): Solved {
    const { highs } = this;
    const { constants } = highs;
    const starts = new Int32Array(model.rows.length + 1);
    const indices: number[] = [];
    const values: number[] = [];
    for (const [row, { terms }] of model.rows.entries()) {
      const factors = new Map<number, number>();
      for (const { column, factor } of terms) factors.set(column, (factors.get(column) ?? 0) + factor);
      for (const [column, factor] of factors) {
        if (factor === 0) continue;
        indices.push(column);
        values.push(factor);
      }
      starts[row + 1] = indices.length;
    }
    const { integer, continuous } = constants.variableType;
    const data = {
      numCols: model.columns.length,
      numRows: model.rows.length,
      sense: model.sense === "max" ? constants.objectiveSense.maximize : constants.objectiveSense.minimize,
      colCost: model.columns.map(({ objective }) => objective),
      colLower: model.columns.map(({ lower }) => lower),
      colUpper: model.columns.map(({ upper }) => upper),
      rowLower: model.rows.map(({ lower }) => lower),
      rowUpper: model.rows.map(({ upper }) => upper),
      matrix: {
        format: "csr" as const,
        numRows: model.rows.length,
        numCols: model.columns.length,
        starts,
        indices: Int32Array.from(indices),
        values: Float64Array.from(values),
      },
      integrality: model.columns.map((column) => (column.integer && !options.relaxed ? integer : continuous)),
    };
    return highs.withModel(data, (native): Solved => {
      native.options.set({ output_flag: false, time_limit: options.timeLimitS, random_seed: SEED });
      if (!options.relaxed) native.options.set(EXACT);
      if (options.start && options.start.length > 0 && !options.relaxed)
        native.setSolution({ colValue: options.start });
      native.run({
        [constants.callbackType.mipInterrupt](event) {
          if (options.cancelled?.()) event.interrupt();
        },
        [constants.callbackType.mipLogging]({ data }) {
          const { mip_primal_bound: best, mip_dual_bound: bound, running_time: seconds = 0 } = data;
          if (best !== undefined && bound !== undefined) options.onProgress?.({ best, bound, seconds });
        },
      });
      const status = native.getModelStatus();
      const { optimal, infeasible, unboundedOrInfeasible, empty } = constants.modelStatus;
      if (status === infeasible || status === unboundedOrInfeasible) return { kind: "infeasible" };
      const has = Number(native.info.get("primal_solution_status")) === 2;
      const objective = Number(native.info.get("objective_function_value"));
      const done = status === optimal || status === empty;
      return {
        kind: done ? "optimal" : "stopped",
        values: has ? Float64Array.from(native.getSolution().colValue) : null,
        objective,
        bound: options.relaxed ? objective : Number(native.info.get("mip_dual_bound")),
      };
    });
  }
}
