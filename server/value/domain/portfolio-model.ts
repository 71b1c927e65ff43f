import { type LinearModel, ModelBuilder, moneyScale } from "./linear-model";
import type { PortfolioProblem, Selection } from "./portfolio";

/** A portfolio as a model, and the way back from its columns. */
export interface PortfolioModel {
  model: LinearModel;
  /** cents per unit of the objective and of the budget row */
  scale: number;
  /** number of the budget's row */
  budgetRow: number;
  selectionOf(values: ArrayLike<number>): Selection;
  columnsOf(selection: Selection): Float64Array;
}

/** What the model is asked for: the best net value (the default), or the least use of one resource, or anything at all. */
export type PortfolioGoal = "net value" | "anything" | { least: "budget" } | { least: "hours"; skill: string };

/**
 * The best portfolio with shared assets counted once:
 *
 *     max Σ (value − own cost)·x − Σ cost·y     x ≤ y for every asset an option needs
 *
 * One row per need instead of one per option with a large factor: the relaxation is tighter, and without budget and hours it
 * is exact (maximum closure). Source: Rhys, A Selection Problem of Shared Fixed Costs and Network Flows (1970); Picard (1976). What is present costs nothing and is left out of the model.
 */
export function portfolioModel(problem: PortfolioProblem, goal: PortfolioGoal = "net value"): PortfolioModel {
  const builder = new ModelBuilder();
  const scale = moneyScale([
    ...problem.useCases.flatMap(({ options }) => options.flatMap((o) => [o.valueCents, o.ownCents])),
    ...problem.assets.map(({ costCents }) => costCents),
  ]);
  const objective = (value: number, cost: number, hours: Readonly<Record<string, number>>): number => {
    if (goal === "net value") return (value - cost) / scale;
    if (goal === "anything") return 0;
    return goal.least === "budget" ? -cost / scale : -(hours[goal.skill] ?? 0);
  };
  const missing = problem.assets.filter(({ present }) => !present);
  const present = new Set(problem.assets.filter((asset) => asset.present).map(({ id }) => id));
  const assetColumn = new Map(
    missing.map(({ id, costCents, hours }) => [id, builder.choice(`asset ${id}`, objective(0, costCents, hours))]),
  );
  const ways = problem.useCases.flatMap(({ id: useCase, options }) =>
    options.map((option) => {
      const { valueCents, ownCents, hours } = option;
      return {
        useCase,
        option,
        column: builder.choice(`${useCase} by ${option.id}`, objective(valueCents, ownCents, hours)),
      };
    }),
  );
  const columnsByUseCase = new Map(problem.useCases.map(({ id }) => [id, [] as number[]]));
  for (const { useCase, column } of ways) columnsByUseCase.get(useCase)?.push(column);
  const sumOf = (ids: readonly string[]): { column: number; factor: number }[] =>
    ids.flatMap((id) => (columnsByUseCase.get(id) ?? []).map((column) => ({ column, factor: 1 })));

  builder.row("budget", -Infinity, problem.budgetCents / scale, [
    ...missing.map(({ id, costCents }) => ({ column: assetColumn.get(id) ?? 0, factor: costCents / scale })),
    ...ways.map(({ column, option }) => ({ column, factor: option.ownCents / scale })),
  ]);
  for (const [skill, there] of Object.entries(problem.skillHours)) {
    builder.row(`hours of ${skill}`, -Infinity, there, [
      ...missing.map(({ id, hours }) => ({ column: assetColumn.get(id) ?? 0, factor: hours[skill] ?? 0 })),
      ...ways.map(({ column, option }) => ({ column, factor: option.hours[skill] ?? 0 })),
    ]);
  }
  for (const { id, mandatory } of problem.useCases) builder.row(id, mandatory ? 1 : 0, 1, sumOf([id]));
  for (const group of problem.exclusive) builder.row(`one of ${group.join(", ")}`, 0, 1, sumOf(group));
  for (const { useCase, option, column } of ways) {
    for (const asset of new Set(option.needs)) {
      const needed = assetColumn.get(asset);
      if (needed !== undefined) builder.onlyWith(`${useCase} needs ${asset}`, column, needed);
    }
    for (const providers of option.needsAny) {
      if (providers.some((asset) => present.has(asset))) continue;
      const needed = providers.flatMap((asset) => assetColumn.get(asset) ?? []);
      builder.onlyWithAny(`${useCase} needs one of ${providers.join(", ")}`, column, needed);
    }
  }
  for (const { id, after } of problem.useCases) {
    for (const other of after) {
      const before = sumOf([other]).map(({ column }) => column);
      for (const { column } of sumOf([id])) builder.onlyWithAny(`${id} after ${other}`, column, before);
    }
  }
  return {
    model: builder.build("max"),
    scale,
    budgetRow: 0,
    selectionOf: (values) => ({
      options: new Map(
        ways.filter(({ column }) => (values[column] ?? 0) > 0.5).map(({ useCase, option }) => [useCase, option.id]),
      ),
      assets: new Set([...assetColumn].filter(([, column]) => (values[column] ?? 0) > 0.5).map(([id]) => id)),
    }),
    columnsOf: ({ options, assets }) => {
      const values = new Float64Array(assetColumn.size + ways.length);
      for (const [id, column] of assetColumn) values[column] = assets.has(id) ? 1 : 0;
      for (const { useCase, option, column } of ways) values[column] = options.get(useCase) === option.id ? 1 : 0;
      return values;
    },
  };
}
