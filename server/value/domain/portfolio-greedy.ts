import {
  planOf,
  type PortfolioAsset,
  type PortfolioOption,
  type PortfolioProblem,
  pruned,
  type Selection,
} from "./portfolio";

/** An addition that greedy considers: some options with the assets that they lack together. */
interface Bundle {
  options: readonly { useCase: string; option: PortfolioOption }[];
  assets: ReadonlySet<string>;
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

class State {
  readonly #problem: PortfolioProblem;
  readonly #assets: ReadonlyMap<string, PortfolioAsset>;
  readonly #options = new Map<string, string>();
  readonly #there = new Set<string>();
  readonly #bought = new Set<string>();
  readonly #exclusiveOf = new Map<string, readonly string[][]>();
  #budgetLeft: number;
  readonly #hoursLeft: Map<string, number>;

  constructor(problem: PortfolioProblem) {
    this.#problem = problem;
    this.#assets = new Map(problem.assets.map((asset) => [asset.id, asset]));
    for (const { id, present } of problem.assets) if (present) this.#there.add(id);
    this.#budgetLeft = problem.budgetCents;
    this.#hoursLeft = new Map(Object.entries(problem.skillHours));
    for (const { id } of problem.useCases) {
      this.#exclusiveOf.set(
        id,
        problem.exclusive.filter((group) => group.includes(id)).map((group) => [...group]),
      );
    }
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
      .map((option) => this.#bundleOf([{ useCase, option }]))
      .filter((bundle) => bundle !== null)
      .sort((a, b) => a.burden - b.burden || b.gain - a.gain);
    if (!least) return false;
    this.take(least);
    return true;
  }

  take({ options, assets }: Bundle): void {
    for (const { useCase, option } of options) {
      this.#options.set(useCase, option.id);
      this.#budgetLeft -= option.ownCents;
      this.#spendHours(option.hours);
    }
    for (const id of assets) {
      const asset = this.#assets.get(id);
      this.#there.add(id);
      this.#bought.add(id);
      this.#budgetLeft -= asset?.costCents ?? 0;
      this.#spendHours(asset?.hours ?? {});
    }
  }

  /** Every bundle that fits now: each open option alone, and with all that could ride on the same assets. */
  *bundles(): Generator<Bundle> {
    const open = this.#problem.useCases.filter(
      ({ id, after }) => !this.has(id) && after.every((before) => this.has(before)) && this.#mayEnter(id),
    );
    const ways = open.flatMap(({ id, options }) =>
      options.map((option) => ({ useCase: id, option, lacks: this.#lacking(option) })),
    );
    for (const seed of ways) {
      const alone = this.#bundleOf([seed]);
      if (!alone) continue;
      yield alone;
      if (seed.lacks.size === 0) continue;
      const riders = [seed];
      const taken = new Set([seed.useCase]);
      for (const way of ways) {
        if (taken.has(way.useCase) || ![...way.lacks].every((asset) => seed.lacks.has(asset))) continue;
        if (way.option.valueCents <= way.option.ownCents) continue;
        const clash = (this.#exclusiveOf.get(way.useCase) ?? []).some((group) => group.some((id) => taken.has(id)));
        if (clash || !this.#bundleOf([...riders, way])) continue;
        riders.push(way);
        taken.add(way.useCase);
      }
      const together = riders.length > 1 ? this.#bundleOf(riders) : null;
      if (together) yield together;
    }
  }

  #mayEnter(useCase: string): boolean {
    return (this.#exclusiveOf.get(useCase) ?? []).every((group) => !group.some((id) => this.has(id)));
  }

  /** What an option lacks; of a choice of providers the cheapest. */
  #lacking(option: PortfolioOption): Set<string> {
    const lacks = new Set(option.needs.filter((asset) => !this.#there.has(asset)));
    for (const providers of option.needsAny) {
      if (providers.some((asset) => this.#there.has(asset) || lacks.has(asset))) continue;
      const [cheapest] = [...providers].sort((a, b) => this.#cost(a) - this.#cost(b));
      if (cheapest !== undefined) lacks.add(cheapest);
    }
    return lacks;
  }

  #cost(asset: string): number {
    return this.#assets.get(asset)?.costCents ?? 0;
  }

  #bundleOf(options: readonly { useCase: string; option: PortfolioOption }[]): Bundle | null {
    const assets = new Set(options.flatMap(({ option }) => [...this.#lacking(option)]));
    const value = options.reduce((sum, { option }) => sum + option.valueCents, 0);
    const money =
      options.reduce((sum, { option }) => sum + option.ownCents, 0) +
      [...assets].reduce((sum, id) => sum + this.#cost(id), 0);
    if (money > this.#budgetLeft) return null;
    let burden = this.#budgetLeft > 0 ? money / this.#budgetLeft : 0;
    for (const [skill, left] of this.#hoursLeft) {
      const hours =
        options.reduce((sum, { option }) => sum + (option.hours[skill] ?? 0), 0) +
        [...assets].reduce((sum, id) => sum + (this.#assets.get(id)?.hours[skill] ?? 0), 0);
      if (hours > left) return null;
      if (left > 0) burden = Math.max(burden, hours / left);
    }
    return { options, assets, gain: value - money, burden };
  }

  #spendHours(hours: Readonly<Record<string, number>>): void {
    for (const [skill, value] of Object.entries(hours)) {
      const left = this.#hoursLeft.get(skill);
      if (left !== undefined) this.#hoursLeft.set(skill, left - value);
    }
  }
}
