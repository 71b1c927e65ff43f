import { type Fault, centsFault, numberFault } from "./fault";
import { type LinearModel, ModelBuilder, moneyScale } from "./linear-model";
import { graphFaults, namesIn, type Requirement, type Thing } from "./requirements";

/** A thing of the requirement graph with what it costs to have it. What is there and healthy costs nothing. */
export interface PricedThing extends Thing {
  costCents: number;
  present: boolean;
  /** of a model: the load it puts on the node that runs it; it must be placed on one of `hosts` */
  load?: number;
  hosts?: readonly string[];
  /** of a node: the load it can carry */
  capacity?: number;
}

export interface MinimalSetUseCase {
  id: string;
  /** what it contributes to each KPI, by name, at the percentile that the target is meant at */
  effects: Readonly<Record<string, number>>;
  ownCents: number;
  needs: Requirement;
}

export interface MinimalSetProblem {
  /** what has to be reached: KPI → at least */
  targets: Readonly<Record<string, number>>;
  useCases: readonly MinimalSetUseCase[];
  things: readonly PricedThing[];
  /** of each group at most one use case, such as the ways to do the same */
  exclusive?: readonly (readonly string[])[];
}

/**
 * The cheapest set, and among the cheapest the smallest: a weighted set cover (Karp, Reducibility among Combinatorial Problems, 1972) in
 * which what covers may itself need all or any of other things.
 */
export interface MinimalSet {
  useCases: readonly string[];
  /** everything used, bought or already there; capabilities left out */
  things: readonly string[];
  /** what of it has to be bought */
  toBuy: readonly string[];
  /** model → node */
  placement: Readonly<Record<string, string>>;
  costCents: number;
  effects: Readonly<Record<string, number>>;
}

/** Everything wrong with a problem; empty when it can be solved. */
export function minimalSetFaults({ targets, useCases, things, exclusive = [] }: MinimalSetProblem): Fault[] {
  const faults: (Fault | null)[] = [...graphFaults(things)];
  const nodes = new Map(things.map((thing) => [thing.id, thing]));
  for (const [kpi, atLeast] of Object.entries(targets)) faults.push(numberFault(`targets.${kpi}`, atLeast));
  for (const { id, costCents, load, capacity, hosts } of things) {
    faults.push(centsFault(`things.${id}.costCents`, costCents));
    if (load !== undefined) faults.push(numberFault(`things.${id}.load`, load, { min: 0 }));
    if (capacity !== undefined) faults.push(numberFault(`things.${id}.capacity`, capacity, { min: 0 }));
    for (const host of hosts ?? []) if (!nodes.has(host)) faults.push(unknownName(`things.${id}.hosts`, host));
  }
  const seen = new Set<string>();
  for (const { id, ownCents, effects, needs } of useCases) {
    const field = `useCases.${id}`;
    if (seen.has(id)) faults.push({ field, code: "duplicate", hint: "This name is taken; choose another." });
    seen.add(id);
    faults.push(centsFault(`${field}.ownCents`, ownCents));
    for (const [kpi, effect] of Object.entries(effects)) faults.push(numberFault(`${field}.effects.${kpi}`, effect));
    for (const name of namesIn(needs)) if (!nodes.has(name)) faults.push(unknownName(`${field}.needs`, name));
  }
  for (const [index, group] of exclusive.entries())
    for (const id of group) if (!seen.has(id)) faults.push(unknownName(`exclusive.${index}`, id));
  return faults.filter((fault) => fault !== null);
}

function unknownName(field: string, name: string): Fault {
  return { field, code: "unknown_reference", hint: `${name} does not exist.` };
}

/** First the cost is made least; then, at that cost, the number of things: the first alone keeps what costs nothing. */
export type MinimalSetGoal = "cost" | { leastThingsAtCents: number } | { most: string };

export interface MinimalSetModel {
  model: LinearModel;
  /** cents per unit of the objective, when the goal is the cost */
  scale: number;
  setOf(values: ArrayLike<number>): MinimalSet;
}

/**
 * The cheapest set of devices, streams, models and nodes that reaches the targets:
 *
 *     min Σ cost · y     Σ effect · x ≥ target for every KPI
 *
 * Requirements become rows as they are: all → one row each, any → one row over the providers. Models are placed on nodes
 * within the nodes' capacity.
 */
export function minimalSetModel(problem: MinimalSetProblem, goal: MinimalSetGoal = "cost"): MinimalSetModel {
  const builder = new ModelBuilder();
  const costOf = ({ costCents, present }: PricedThing): number => (present ? 0 : costCents);
  const scale = moneyScale([...problem.things.map(costOf), ...problem.useCases.map(({ ownCents }) => ownCents)]);
  const objective = (costCents: number, counts: number, effects: Readonly<Record<string, number>>): number => {
    if (goal === "cost") return costCents / scale;
    return "most" in goal ? -(effects[goal.most] ?? 0) : counts;
  };
  const thingColumn = new Map(
    problem.things.map((thing) => [
      thing.id,
      builder.choice(thing.id, objective(costOf(thing), thing.kind === "capability" ? 0 : 1, {})),
    ]),
  );
  const columnOf = (id: string): number => thingColumn.get(id) ?? 0;
  const useCases = problem.useCases.map((useCase) => ({
    useCase,
    column: builder.choice(`use case ${useCase.id}`, objective(useCase.ownCents, 0, useCase.effects)),
  }));
  const demand = (column: number, needs: Requirement): void => {
    if ("thing" in needs) builder.onlyWith("needs", column, columnOf(needs.thing));
    else if ("all" in needs) for (const part of needs.all) demand(column, part);
    else {
      const providers = needs.any.map((part) => {
        if ("thing" in part) return columnOf(part.thing);
        const way = builder.choice("one way");
        demand(way, part);
        return way;
      });
      builder.onlyWithAny("needs any", column, providers);
    }
  };
  for (const { useCase, column } of useCases) demand(column, useCase.needs);
  for (const group of problem.exclusive ?? []) {
    const columns = useCases.filter(({ useCase }) => group.includes(useCase.id)).map(({ column }) => column);
    builder.row(
      "only one of",
      -Infinity,
      1,
      columns.map((column) => ({ column, factor: 1 })),
    );
  }
  for (const { id, needs } of problem.things) if (needs) demand(columnOf(id), needs);
  const places = placementRows(builder, problem, columnOf);
  for (const [kpi, atLeast] of Object.entries(problem.targets)) {
    builder.row(
      `target ${kpi}`,
      atLeast,
      Infinity,
      useCases.map(({ useCase, column }) => ({ column, factor: useCase.effects[kpi] ?? 0 })),
    );
  }
  if (typeof goal === "object" && "leastThingsAtCents" in goal) {
    builder.row("cost", -Infinity, (goal.leastThingsAtCents + 0.5) / scale, [
      ...problem.things.map((thing) => ({ column: columnOf(thing.id), factor: costOf(thing) / scale })),
      ...useCases.map(({ useCase, column }) => ({ column, factor: useCase.ownCents / scale })),
    ]);
  }
  return {
    model: builder.build("min"),
    scale,
    setOf: (values) => readSet(problem, values, useCases, columnOf, places),
  };
}

interface Place {
  model: string;
  node: string;
  column: number;
}

function placementRows(
  builder: ModelBuilder,
  { things }: MinimalSetProblem,
  columnOf: (id: string) => number,
): Place[] {
  const places = things.flatMap(({ id, hosts }) =>
    (hosts ?? []).map((node): Place => ({ model: id, node, column: builder.choice(`${id} on ${node}`) })),
  );
  for (const { node, column } of places) builder.onlyWith("runs on", column, columnOf(node));
  for (const { id, hosts, capacity } of things) {
    if (hosts) {
      const own = places.filter(({ model }) => model === id).map(({ column }) => column);
      builder.onlyWithAny(`${id} has a node`, columnOf(id), own);
    }
    if (capacity === undefined) continue;
    const loads = places.filter(({ node }) => node === id);
    builder.row(`capacity of ${id}`, -Infinity, 0, [
      ...loads.map(({ model, column }) => ({ column, factor: things.find((thing) => thing.id === model)?.load ?? 0 })),
      { column: columnOf(id), factor: -capacity },
    ]);
  }
  return places;
}

/** Reads the columns and adds everything up in whole cents. */
function readSet(
  problem: MinimalSetProblem,
  values: ArrayLike<number>,
  useCases: readonly { useCase: MinimalSetUseCase; column: number }[],
  columnOf: (id: string) => number,
  places: readonly Place[],
): MinimalSet {
  const on = (column: number): boolean => (values[column] ?? 0) > 0.5;
  const chosen = useCases.filter(({ column }) => on(column)).map(({ useCase }) => useCase);
  const used = problem.things.filter(({ id }) => on(columnOf(id))).map(({ id }) => id);
  const placed = places.filter(({ model, column }) => on(column) && on(columnOf(model)));
  return setOf(problem, chosen, new Set(used), Object.fromEntries(placed.map(({ model, node }) => [model, node])));
}

/** A set of these use cases and things, added up in whole cents; capabilities among the things are left out. */
export function setOf(
  problem: MinimalSetProblem,
  chosen: readonly MinimalSetUseCase[],
  ids: ReadonlySet<string>,
  placement: Readonly<Record<string, string>>,
): MinimalSet {
  const used = problem.things.filter(({ id, kind }) => kind !== "capability" && ids.has(id));
  const toBuy = used.filter(({ present }) => !present);
  const effects = Object.keys(problem.targets).map((kpi) => [
    kpi,
    chosen.reduce((sum, { effects }) => sum + (effects[kpi] ?? 0), 0),
  ]);
  return {
    useCases: chosen.map(({ id }) => id),
    things: used.map(({ id }) => id),
    toBuy: toBuy.map(({ id }) => id),
    placement,
    costCents:
      toBuy.reduce((sum, { costCents }) => sum + costCents, 0) +
      chosen.reduce((sum, { ownCents }) => sum + ownCents, 0),
    effects: Object.fromEntries(effects),
  };
}
