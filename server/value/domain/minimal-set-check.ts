import type { MinimalSet, MinimalSetProblem } from "./minimal-set";
import type { Requirement } from "./requirements";

/** Effects are added up as floats: this little is no shortfall. */
const ROUNDING = 1e-9;

/**
 * What a set breaks of its problem, in words; empty when it keeps everything. A solver's answer is rounded to whole choices, and may then
 * break by a hair what it kept before.
 */
export function brokenInSet(problem: MinimalSetProblem, set: MinimalSet): string[] {
  const chosen = problem.useCases.filter(({ id }) => set.useCases.includes(id));
  const used = new Set(set.things);
  const things = new Map(problem.things.map((thing) => [thing.id, thing]));
  const isMet = (needs: Requirement): boolean => {
    if ("all" in needs) return needs.all.every(isMet);
    if ("any" in needs) return needs.any.some(isMet);
    const thing = things.get(needs.thing);
    if (!thing) return false;
    return thing.kind === "capability" ? thing.needs === null || isMet(thing.needs) : used.has(thing.id);
  };
  const broken: string[] = [];
  for (const [kpi, atLeast] of Object.entries(problem.targets)) {
    const reached = chosen.reduce((sum, { effects }) => sum + (effects[kpi] ?? 0), 0);
    if (reached < atLeast - ROUNDING * Math.max(1, Math.abs(atLeast)))
      broken.push(`${kpi} reaches ${reached} of ${atLeast}`);
  }
  for (const group of problem.exclusive ?? [])
    if (set.useCases.filter((id) => group.includes(id)).length > 1) broken.push(`only one of ${group.join(", ")}`);
  for (const { id, needs } of chosen) if (!isMet(needs)) broken.push(`${id} lacks something that it needs`);
  for (const { id, needs, hosts, capacity } of problem.things.filter((thing) => used.has(thing.id))) {
    if (needs && !isMet(needs)) broken.push(`${id} lacks something that it needs`);
    const host = set.placement[id];
    if (hosts && (host === undefined || !hosts.includes(host) || !used.has(host))) broken.push(`${id} runs nowhere`);
    if (capacity === undefined) continue;
    const load = Object.entries(set.placement).reduce(
      (sum, [model, on]) => sum + (on === id ? (things.get(model)?.load ?? 0) : 0),
      0,
    );
    if (load > capacity + ROUNDING) broken.push(`${id} carries ${load} of ${capacity}`);
  }
  return broken;
}
