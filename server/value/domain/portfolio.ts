import { type Fault, centsFault, numberFault } from "./fault";

/** One way to do a use case. */
export interface PortfolioOption {
  id: string;
  /** what it brings over the horizon, before all costs */
  valueCents: number;
  /** what only this option costs; shared assets are extra */
  ownCents: number;
  /** hours of each skill, by name */
  hours: Readonly<Record<string, number>>;
  /** assets it needs, all of them */
  needs: readonly string[];
  /** for each capability the assets of which one is enough */
  needsAny: readonly (readonly string[])[];
}

export interface PortfolioUseCase {
  id: string;
  options: readonly PortfolioOption[];
  mandatory: boolean;
  /** use cases without which it makes no sense */
  after: readonly string[];
}

/** Something that several use cases can share: it is paid once. What is deployed and healthy costs nothing more. */
export interface PortfolioAsset {
  id: string;
  costCents: number;
  hours: Readonly<Record<string, number>>;
  present: boolean;
}

export interface PortfolioProblem {
  useCases: readonly PortfolioUseCase[];
  assets: readonly PortfolioAsset[];
  budgetCents: number;
  /** hours there are of each skill; a skill not named is not scarce */
  skillHours: Readonly<Record<string, number>>;
  /** of each group at most one use case */
  exclusive: readonly (readonly string[])[];
}

/** A choice of options with the assets it takes, by id. */
export interface Selection {
  options: ReadonlyMap<string, string>;
  assets: ReadonlySet<string>;
}

/** A selection with its money, added up by ourselves in whole cents: what a solver says of money is only a hint. */
export interface Plan {
  /** use case → option, in the problem's order */
  options: Readonly<Record<string, string>>;
  /** assets to be bought */
  assets: readonly string[];
  valueCents: number;
  spentCents: number;
  netCents: number;
  hours: Readonly<Record<string, number>>;
}

/** Everything wrong with a problem; empty when it can be solved. */
export function portfolioFaults(problem: PortfolioProblem): Fault[] {
  const faults: (Fault | null)[] = [centsFault("budgetCents", problem.budgetCents)];
  for (const [skill, hours] of Object.entries(problem.skillHours)) {
    faults.push(numberFault(`skillHours.${skill}`, hours, { min: 0 }));
  }
  const assets = new Set<string>();
  for (const { id, costCents, hours } of problem.assets) {
    if (assets.has(id)) faults.push(duplicate(`assets.${id}`));
    assets.add(id);
    faults.push(centsFault(`assets.${id}.costCents`, costCents), ...hoursFaults(`assets.${id}`, hours));
  }
  const useCases = new Set<string>();
  for (const { id, options } of problem.useCases) {
    if (useCases.has(id)) faults.push(duplicate(`useCases.${id}`));
    useCases.add(id);
    if (options.length === 0) {
      faults.push({ field: `useCases.${id}.options`, code: "missing", hint: "Describe at least one way to do it." });
    }
    const names = new Set<string>();
    for (const option of options) {
      const field = `useCases.${id}.${option.id}`;
      if (names.has(option.id)) faults.push(duplicate(field));
      names.add(option.id);
      faults.push(centsFault(`${field}.valueCents`, option.valueCents, true));
      faults.push(centsFault(`${field}.ownCents`, option.ownCents), ...hoursFaults(field, option.hours));
      for (const asset of [...option.needs, ...option.needsAny.flat()]) {
        if (!assets.has(asset)) faults.push(unknownName(`${field}.needs`, asset));
      }
      if (option.needsAny.some((providers) => providers.length === 0)) {
        faults.push({ field: `${field}.needsAny`, code: "missing", hint: "Name at least one asset that provides it." });
      }
    }
  }
  for (const { id, after } of problem.useCases) {
    for (const other of after) if (!useCases.has(other)) faults.push(unknownName(`useCases.${id}.after`, other));
  }
  for (const [index, group] of problem.exclusive.entries()) {
    for (const id of group) if (!useCases.has(id)) faults.push(unknownName(`exclusive.${index}`, id));
  }
  return faults.filter((fault) => fault !== null);
}

function hoursFaults(field: string, hours: Readonly<Record<string, number>>): (Fault | null)[] {
  return Object.entries(hours).map(([skill, value]) => numberFault(`${field}.hours.${skill}`, value, { min: 0 }));
}

function duplicate(field: string): Fault {
  return { field, code: "duplicate", hint: "This name is taken; choose another." };
}

function unknownName(field: string, name: string): Fault {
  return { field, code: "unknown_reference", hint: `${name} does not exist.` };
}

/** The chosen options in the problem's order. */
export function chosenOptions(problem: PortfolioProblem, options: ReadonlyMap<string, string>): PortfolioOption[] {
  return problem.useCases.flatMap(({ id, options: ways }) => ways.filter((way) => way.id === options.get(id)));
}

/** A selection without the assets that none of its options needs, the dearest left out first. */
export function pruned(problem: PortfolioProblem, { options, assets }: Selection): Selection {
  const chosen = chosenOptions(problem, options);
  const kept = new Set(problem.assets.filter(({ id, present }) => present || assets.has(id)).map(({ id }) => id));
  const needed = new Set(chosen.flatMap(({ needs }) => needs));
  const choices = chosen.flatMap(({ needsAny }) => needsAny);
  const dearest = problem.assets.filter(({ id, present }) => !present && kept.has(id) && !needed.has(id));
  dearest.sort((a, b) => b.costCents - a.costCents);
  for (const { id } of dearest) {
    const others = (providers: readonly string[]): boolean =>
      providers.some((other) => other !== id && kept.has(other));
    if (choices.every((providers) => !providers.includes(id) || others(providers))) kept.delete(id);
  }
  return {
    options,
    assets: new Set(problem.assets.filter(({ id, present }) => !present && kept.has(id)).map(({ id }) => id)),
  };
}

/** Adds a selection up in whole cents and hours. */
export function planOf(problem: PortfolioProblem, selection: Selection): Plan {
  const { options, assets } = pruned(problem, selection);
  const chosen = chosenOptions(problem, options);
  const bought = problem.assets.filter(({ id }) => assets.has(id));
  const valueCents = chosen.reduce((sum, { valueCents }) => sum + valueCents, 0);
  const spentCents =
    chosen.reduce((sum, { ownCents }) => sum + ownCents, 0) + bought.reduce((sum, { costCents }) => sum + costCents, 0);
  const hours: Record<string, number> = {};
  for (const { hours: taken } of [...chosen, ...bought]) {
    for (const [skill, value] of Object.entries(taken)) hours[skill] = (hours[skill] ?? 0) + value;
  }
  const inOrder = problem.useCases.flatMap(({ id }) => {
    const option = options.get(id);
    return option === undefined ? [] : [[id, option] as const];
  });
  return {
    options: Object.fromEntries(inOrder),
    assets: bought.map(({ id }) => id),
    valueCents,
    spentCents,
    netCents: valueCents - spentCents,
    hours,
  };
}

/** The rules a selection breaks, in words; empty when it keeps all. This, not the solver, decides whether a plan is shown. */
export function brokenRules(problem: PortfolioProblem, selection: Selection): string[] {
  const plan = planOf(problem, selection);
  const broken: string[] = [];
  if (plan.spentCents > problem.budgetCents) broken.push("budget");
  for (const [skill, there] of Object.entries(problem.skillHours)) {
    if ((plan.hours[skill] ?? 0) > there + 1e-9) broken.push(`hours of ${skill}`);
  }
  const has = (id: string): boolean => selection.options.has(id);
  const there = new Set([...selection.assets, ...problem.assets.filter(({ present }) => present).map(({ id }) => id)]);
  for (const { id, mandatory, after } of problem.useCases) {
    if (mandatory && !has(id)) broken.push(`${id} is mandatory`);
    if (has(id)) for (const other of after) if (!has(other)) broken.push(`${id} needs ${other}`);
  }
  for (const group of problem.exclusive)
    if (group.filter(has).length > 1) broken.push(`only one of ${group.join(", ")}`);
  for (const { id, needs, needsAny } of chosenOptions(problem, selection.options)) {
    for (const asset of needs) if (!there.has(asset)) broken.push(`${id} needs ${asset}`);
    for (const providers of needsAny) {
      if (!providers.some((asset) => there.has(asset))) broken.push(`${id} needs one of ${providers.join(", ")}`);
    }
  }
  return broken;
}
