import { planOf, type PortfolioOption, type PortfolioProblem, pruned, type Selection } from "./portfolio";

/** An addition that greedy considers: some options with the assets that they lack together. */
interface Bundle {
  options: readonly { useCase: string; option: PortfolioOption }[];
  assets: ReadonlySet<string>;
  load: Load;
  gain: number;
  burden: number;
}

/**
 * A good portfolio at once, as the first answer and the solver's start: again and again the bundle with the most net value
 * per share of what is left of the budget and of hours. A bundle is an option with the assets it lacks, and with every
 * other use case that needs nothing beyond them: two use cases that lose alone may pay together for what they share.
 * The better of two orders is returned: by gain per burden, and by gain alone. `null` when the mandatory ones do not fit.
 */
export function greedyPortfolio(problem: PortfolioProblem): Selection | null {
  const answers = [true, false].map((perBurden) => run(problem, perBurden)).filter((answer) => answer !== null);
  const [best] = answers.sort((a, b) => planOf(problem, b).netCents - planOf(problem, a).netCents);
  return best ?? null;
}

function run(problem: PortfolioProblem, perBurden: boolean): Selection | null {
  const state = new State(problem);
  for (const useCase of problem.useCases) {
    if (useCase.mandatory && !state.has(useCase.id) && !state.takeMandatory(useCase.id)) return null;
  }
  const rate = ({ gain, burden }: Bundle): number => (perBurden ? gain / Math.max(burden, 1e-9) : gain);
  for (;;) {
    let best: Bundle | null = null;
    for (const bundle of state.bundles()) {
      if (bundle.gain <= 0) continue;
      const better =
        best === null || rate(bundle) > rate(best) || (rate(bundle) === rate(best) && bundle.gain > best.gain);
      if (better) best = bundle;
    }
    if (best === null) break;
    state.take(best);
  }
  return pruned(problem, state.selection());
}

/** One option as it stands now: what it lacks, and what it takes of money and of each skill, by itself and with what it lacks. */
interface Way {
  useCase: string;
  option: PortfolioOption;
  lacks: ReadonlySet<string>;
  own: Load;
  whole: Load;
}

/** Cents, and hours by the number of the skill. */
interface Load {
  cents: number;
  hours: readonly number[];
}

class State {
  readonly #problem: PortfolioProblem;
  readonly #skills: readonly string[];
  readonly #assetLoads: ReadonlyMap<string, Load>;
  readonly #cheapestFirst: ReadonlyMap<PortfolioOption, readonly (readonly string[])[]>;
  readonly #groupsOf: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly #options = new Map<string, string>();
  readonly #there = new Set<string>();
  readonly #bought = new Set<string>();
  #left: Load;

  constructor(problem: PortfolioProblem) {
    this.#problem = problem;
    this.#skills = Object.keys(problem.skillHours);
    this.#left = { cents: problem.budgetCents, hours: Object.values(problem.skillHours) };
    this.#assetLoads = new Map(problem.assets.map(({ id, costCents, hours }) => [id, this.#loadOf(costCents, hours)]));
    for (const { id, present } of problem.assets) if (present) this.#there.add(id);
    const cost = (id: string): number => this.#assetLoads.get(id)?.cents ?? 0;
    this.#cheapestFirst = new Map(
      problem.useCases.flatMap(({ options }) =>
        options.map((option) => [
          option,
          option.needsAny.map((providers) => [...providers].sort((a, b) => cost(a) - cost(b))),
        ]),
      ),
    );
    this.#groupsOf = new Map(
      problem.useCases.map(({ id }) => [id, problem.exclusive.filter((group) => group.includes(id))]),
    );
  }

  has(useCase: string): boolean {
    return this.#options.has(useCase);
  }

  selection(): Selection {
    return { options: this.#options, assets: this.#bought };
  }

  /** Takes a mandatory use case by its least burdensome option, and first what it comes after. */
  takeMandatory(useCase: string, path: ReadonlySet<string> = new Set()): boolean {
    const wanted = this.#problem.useCases.find(({ id }) => id === useCase);
    if (!wanted || path.has(useCase)) return false;
    for (const before of wanted.after) {
      if (!this.has(before) && !this.takeMandatory(before, new Set([...path, useCase]))) return false;
    }
    if (!this.#mayEnter(useCase)) return false;
    const [least] = wanted.options
      .map((option) => this.#wayOf(useCase, option))
      .filter(({ whole }) => this.#fits(whole))
      .map((way) => this.#bundleOf([way], way.lacks, way.whole))
      .sort((a, b) => a.burden - b.burden || b.gain - a.gain);
    if (!least) return false;
    this.take(least);
    return true;
  }

  take({ options, assets, load }: Bundle): void {
    for (const { useCase, option } of options) this.#options.set(useCase, option.id);
    for (const id of assets) {
      this.#there.add(id);
      this.#bought.add(id);
    }
    this.#left = {
      cents: this.#left.cents - load.cents,
      hours: this.#left.hours.map((hours, skill) => hours - (load.hours[skill] ?? 0)),
    };
  }

  /** Every bundle that fits now: each open option alone, and with all that could ride on the same assets. */
  *bundles(): Generator<Bundle> {
    const ways = this.#problem.useCases
      .filter(({ id, after }) => !this.has(id) && after.every((before) => this.has(before)) && this.#mayEnter(id))
      .flatMap(({ id, options }) => options.map((option) => this.#wayOf(id, option)))
      .filter(({ whole }) => this.#fits(whole));
    for (const seed of ways) {
      yield this.#bundleOf([seed], seed.lacks, seed.whole);
      if (seed.lacks.size === 0) continue;
      const riders = [seed];
      const taken = new Set([seed.useCase]);
      let load = seed.whole;
      for (const way of ways) {
        if (way.option.valueCents <= way.option.ownCents || taken.has(way.useCase)) continue;
        if (!isWithin(way.lacks, seed.lacks) || this.#clashes(way.useCase, taken)) continue;
        const together = plus(load, way.own);
        if (!this.#fits(together)) continue;
        load = together;
        riders.push(way);
        taken.add(way.useCase);
      }
      if (riders.length > 1) yield this.#bundleOf(riders, seed.lacks, load);
    }
  }

  #mayEnter(useCase: string): boolean {
    return (this.#groupsOf.get(useCase) ?? []).every((group) => !group.some((id) => this.has(id)));
  }

  #clashes(useCase: string, taken: ReadonlySet<string>): boolean {
    return (this.#groupsOf.get(useCase) ?? []).some((group) => group.some((id) => taken.has(id)));
  }

  /** What an option lacks now; of a choice of providers the cheapest. */
  #wayOf(useCase: string, option: PortfolioOption): Way {
    const lacks = new Set(option.needs.filter((asset) => !this.#there.has(asset)));
    for (const providers of this.#cheapestFirst.get(option) ?? []) {
      if (providers.some((asset) => this.#there.has(asset) || lacks.has(asset))) continue;
      const [cheapest] = providers;
      if (cheapest !== undefined) lacks.add(cheapest);
    }
    const own = this.#loadOf(option.ownCents, option.hours);
    let whole = own;
    for (const asset of lacks) {
      const load = this.#assetLoads.get(asset);
      if (load) whole = plus(whole, load);
    }
    return { useCase, option, lacks, own, whole };
  }

  #bundleOf(ways: readonly Way[], assets: ReadonlySet<string>, load: Load): Bundle {
    const value = ways.reduce((sum, { option }) => sum + option.valueCents, 0);
    let burden = this.#left.cents > 0 ? load.cents / this.#left.cents : 0;
    for (const [skill, left] of this.#left.hours.entries()) {
      if (left > 0) burden = Math.max(burden, (load.hours[skill] ?? 0) / left);
    }
    return { options: ways, assets, load, gain: value - load.cents, burden };
  }

  #fits({ cents, hours }: Load): boolean {
    return cents <= this.#left.cents && hours.every((value, skill) => value <= (this.#left.hours[skill] ?? 0));
  }

  #loadOf(cents: number, hours: Readonly<Record<string, number>>): Load {
    return { cents, hours: this.#skills.map((skill) => hours[skill] ?? 0) };
  }
}

function plus(a: Load, b: Load): Load {
  return { cents: a.cents + b.cents, hours: a.hours.map((hours, skill) => hours + (b.hours[skill] ?? 0)) };
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  if (part.size > whole.size) return false;
  for (const each of part) if (!whole.has(each)) return false;
  return true;
}
