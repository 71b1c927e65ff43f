import { type Fault, FigureError } from "./fault";

/**
 * What something stands on: one thing, all of several, or any of several. "A camera or a scale, and the line's node" is
 * `{ all: [{ any: [camera, scale] }, node] }`.
 */
export type Requirement = { thing: string } | { all: readonly Requirement[] } | { any: readonly Requirement[] };

/**
 * A node of the requirement graph. A capability is a name for what stands behind it; all others exist, have a state of their
 * own, and may need other things in turn: a model its streams, a stream its device, a device its node.
 */
export interface Thing {
  id: string;
  kind: "capability" | "stream" | "device" | "node" | "model";
  needs: Requirement | null;
}

/**
 * State of a requirement, computed from the registry and live health and never typed.
 *
 * - `satisfied` there and healthy
 * - `degraded` there, but worse than asked for: late, thin, drifting
 * - `missing` not there, or not working
 * - `unknown` nobody can say now; never taken for satisfied
 */
export type RequirementState = "satisfied" | "degraded" | "missing" | "unknown";

/** What is known of an existing thing by itself, with the reason when it is not satisfied. */
export interface ThingFact {
  state: RequirementState;
  why: string;
}

/** Worst first: what is missing is missing whatever else is unknown. */
const ALL_ORDER: readonly RequirementState[] = ["missing", "unknown", "degraded", "satisfied"];
/** Best first: of a degraded and an unknown provider the degraded one is there to be used. */
const ANY_ORDER: readonly RequirementState[] = ["satisfied", "degraded", "unknown", "missing"];

function first(
  order: readonly RequirementState[],
  states: readonly RequirementState[],
  none: RequirementState,
): RequirementState {
  return order.find((state) => states.includes(state)) ?? none;
}

/** State of a choice between things that need nothing further: that of the best of them. */
export function anyState(states: readonly RequirementState[]): RequirementState {
  return first(ANY_ORDER, states, "missing");
}

/** A requirement's state and the things that keep it from being satisfied, each with its own reason. */
export interface Assessment {
  state: RequirementState;
  causes: readonly { thing: string; state: RequirementState; why: string }[];
}

/** A graph of things that was checked: every name exists once, and nothing needs itself. */
export class RequirementGraph {
  readonly #things: ReadonlyMap<string, Thing>;

  /** @throws {FigureError} when `graphFaults` finds something */
  constructor(things: readonly Thing[]) {
    const [fault] = graphFaults(things);
    if (fault) throw new FigureError(fault);
    this.#things = new Map(things.map((thing) => [thing.id, thing]));
  }

  /** State of a requirement by the facts of now. A thing without a fact is unknown. */
  assess(requirement: Requirement, facts: ReadonlyMap<string, ThingFact>): Assessment {
    const seen = new Map<string, Assessment>();
    for (const id of this.#fromBelow(requirement)) this.#assessThing(id, facts, seen);
    return this.#assess(requirement, facts, seen);
  }

  /** Every thing that a requirement can touch, capabilities left out: what it takes at most, over all alternatives. */
  reach(requirement: Requirement): Set<string> {
    const found = new Set(this.#fromBelow(requirement));
    for (const id of [...found]) if (this.#things.get(id)?.kind === "capability") found.delete(id);
    return found;
  }

  /**
   * Who would be worse off if a thing were gone: the names of the given requirements whose state would change, with the
   * state before and after. What has another provider is not on the list.
   */
  blastRadius(
    gone: string,
    requirements: ReadonlyMap<string, Requirement>,
    facts: ReadonlyMap<string, ThingFact>,
  ): { name: string; before: RequirementState; after: RequirementState }[] {
    const without = new Map(facts).set(gone, { state: "missing", why: "It would be gone." });
    return [...requirements].flatMap(([name, requirement]) => {
      const before = this.assess(requirement, facts).state;
      const after = this.assess(requirement, without).state;
      return before === after ? [] : [{ name, before, after }];
    });
  }

  /** Everything under a requirement, each thing after all that it needs. With a stack of its own: chains may be long. */
  #fromBelow(requirement: Requirement): Set<string> {
    const done = new Set<string>();
    const stack = namesIn(requirement).map((id) => ({ id, entered: false }));
    for (let top = stack.pop(); top; top = stack.pop()) {
      const needs = this.#things.get(top.id)?.needs;
      if (done.has(top.id)) continue;
      if (top.entered || !needs) {
        done.add(top.id);
        continue;
      }
      stack.push({ id: top.id, entered: true });
      for (const id of namesIn(needs)) if (!done.has(id)) stack.push({ id, entered: false });
    }
    return done;
  }

  #assess(requirement: Requirement, facts: ReadonlyMap<string, ThingFact>, seen: Map<string, Assessment>): Assessment {
    if ("thing" in requirement) return this.#assessThing(requirement.thing, facts, seen);
    const parts = ("all" in requirement ? requirement.all : requirement.any).map((part) =>
      this.#assess(part, facts, seen),
    );
    const states = parts.map(({ state }) => state);
    const state = "all" in requirement ? first(ALL_ORDER, states, "satisfied") : anyState(states);
    return { state, causes: state === "satisfied" ? [] : distinct(parts.flatMap(({ causes }) => causes)) };
  }

  #assessThing(id: string, facts: ReadonlyMap<string, ThingFact>, seen: Map<string, Assessment>): Assessment {
    const before = seen.get(id);
    if (before) return before;
    const thing = this.#things.get(id);
    if (!thing) throw new RangeError(`${id} is not in this graph`);
    const below = thing.needs ? this.#assess(thing.needs, facts, seen) : null;
    let own: ThingFact | null = null;
    if (thing.kind !== "capability") {
      own = facts.get(id) ?? { state: "unknown", why: "Nothing has reported on it." };
    } else if (!thing.needs) own = { state: "unknown", why: "Nobody has said what provides it." };
    const states = [own?.state, below?.state].filter((state) => state !== undefined);
    const causes = [
      ...(own && own.state !== "satisfied" ? [{ thing: id, state: own.state, why: own.why }] : []),
      ...(below?.causes ?? []),
    ];
    const assessed: Assessment = { state: first(ALL_ORDER, states, "satisfied"), causes };
    seen.set(id, assessed);
    return assessed;
  }
}

function distinct<T extends { thing: string }>(causes: readonly T[]): T[] {
  return [...new Map(causes.map((cause) => [cause.thing, cause])).values()];
}

/** All names in a requirement, as they stand. */
export function namesIn(requirement: Requirement): string[] {
  if ("thing" in requirement) return [requirement.thing];
  return ("all" in requirement ? requirement.all : requirement.any).flatMap(namesIn);
}

function hasEmptyChoice(requirement: Requirement): boolean {
  if ("thing" in requirement) return false;
  if ("any" in requirement && requirement.any.length === 0) return true;
  return ("all" in requirement ? requirement.all : requirement.any).some(hasEmptyChoice);
}

/** Everything wrong with a graph: a name twice, a name that nothing has, a choice of nothing, and a cycle, by its names. */
export function graphFaults(things: readonly Thing[]): Fault[] {
  const byId = new Map(things.map((thing) => [thing.id, thing]));
  const faults: Fault[] = [];
  const counted = new Set<string>();
  for (const { id, needs } of things) {
    if (counted.has(id))
      faults.push({ field: id, code: "duplicate", hint: `Two things are called ${id}; rename one.` });
    counted.add(id);
    if (!needs) continue;
    for (const name of new Set(namesIn(needs))) {
      if (byId.has(name)) continue;
      faults.push({ field: id, code: "unknown_reference", hint: `${id} needs ${name}, which does not exist.` });
    }
    if (hasEmptyChoice(needs)) {
      faults.push({ field: id, code: "missing", hint: `${id} needs any of nothing; name at least one.` });
    }
  }
  const cycle = findCycle(byId);
  if (cycle) {
    const hint = `This needs itself: ${cycle.join(" → ")}. Remove one of these needs.`;
    faults.push({ field: cycle[0] ?? "", code: "cycle", hint });
  }
  return faults;
}

/** The first cycle, closed (`a, b, a`), by depth-first search with an explicit stack: a long chain must not end the process. */
function findCycle(things: ReadonlyMap<string, Thing>): string[] | null {
  const done = new Set<string>();
  for (const start of things.keys()) {
    const path: { id: string; next: string[] }[] = [];
    const onPath = new Set<string>();
    const enter = (id: string): void => {
      const needs = things.get(id)?.needs;
      path.push({ id, next: needs ? namesIn(needs) : [] });
      onPath.add(id);
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const name = top.next.pop();
      if (name === undefined) {
        path.pop();
        onPath.delete(top.id);
        done.add(top.id);
      } else if (onPath.has(name)) {
        const ids = path.map(({ id }) => id);
        return [...ids.slice(ids.indexOf(name)), name];
      } else if (!done.has(name) && things.has(name)) enter(name);
    }
  }
  return null;
}
