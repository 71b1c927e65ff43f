import type { Stage } from "@/server/value/domain/stages";
import { formatMoney } from "@/server/value/domain/money-words";
import { type NeedRow, providerState } from "@/server/value/domain/needs";
import { type Requirement, RequirementGraph, type ThingFact } from "@/server/value/domain/requirements";
import type { Fact } from "@/server/value/domain/three-valued";

/**
 * What becomes of a use case when things of the plant are gone.
 *
 * - `stops` something that it cannot do without has no provider left
 * - `weaker` it goes on: with another provider, or with a model that sees less
 * - `down` it lacks what it needs already, whatever becomes of these things
 * - `unmeasured` it goes on, and nobody can say any more what it brings
 */
export type Becomes = "stops" | "weaker" | "down" | "unmeasured";

/** Worst first: the order in which a page shows them. */
export const BECOMES: readonly Becomes[] = ["stops", "weaker", "unmeasured", "down"];

export interface Fate {
  becomes: Becomes;
  why: string;
}

/** Names of things (`stream:7`, `model:edge-1/pump-health`) that would be gone, and of models that would see less. */
export interface Loss {
  gone: ReadonlySet<string>;
  weaker: ReadonlySet<string>;
}

/** A need with what people call its thing. */
export type NamedNeed = NeedRow & { label: string | null };

/** What a loss does to one use case, by its needs: all capabilities, of each any provider. `null`: it needs none of it. */
export function fateOf(needs: readonly NamedNeed[], { gone, weaker }: Loss, nowMs: number): Fate | null {
  const touched = needs.filter(({ thing }) => thing !== null && (gone.has(thing) || weaker.has(thing)));
  if (touched.length === 0) return null;
  const idOf = (need: NeedRow): string => need.thing ?? `to find: ${need.capability}`;
  const facts = new Map<string, ThingFact>(needs.map((need) => [idOf(need), providerState(need.provider, nowMs)]));
  const after = new Map(
    [...facts].map(([id, fact]): [string, ThingFact] => {
      if (gone.has(id)) return [id, { state: "missing", why: "It would be gone." }];
      const isWeaker = weaker.has(id) && fact.state === "satisfied";
      return [id, isWeaker ? { state: "degraded", why: "It would see less." } : fact];
    }),
  );
  const graph = new RequirementGraph([...facts.keys()].map((id) => ({ id, kind: "stream", needs: null })));
  const capabilities = [...new Set(needs.map(({ capability }) => capability))];
  const requirementOf = (capability: string): Requirement => ({
    any: needs.filter((need) => need.capability === capability).map((need) => ({ thing: idOf(need) })),
  });
  const lacking = (now: ReadonlyMap<string, ThingFact>): string[] =>
    capabilities.filter((capability) => graph.assess(requirementOf(capability), now).state === "missing");
  const [lacked, lacks] = [lacking(facts), lacking(after)];
  if (lacked.length > 0) return { becomes: "down", why: `It lacks ${lacked.join(", ")} already.` };
  if (lacks.length > 0) return { becomes: "stops", why: `Nothing else provides ${lacks.join(", ")}.` };
  const left = touched.flatMap(({ capability, thing }) =>
    needs.filter((need) => need.capability === capability && need.thing !== thing && !gone.has(idOf(need))),
  );
  const namesOf = (state: ThingFact["state"]): string => {
    const those = left.filter((need) => facts.get(idOf(need))?.state === state);
    return [...new Set(those.map(({ label, capability }) => label ?? `another provider of ${capability}`))].join(", ");
  };
  const [healthy, degraded] = [namesOf("satisfied"), namesOf("degraded")];
  if (healthy !== "") return { becomes: "weaker", why: `It goes on with ${healthy}.` };
  if (degraded !== "") return { becomes: "weaker", why: `It goes on with ${degraded}, which is degraded itself.` };
  return { becomes: "weaker", why: "Its model goes on and sees less." };
}

/** A use case that depends on the things, with what it earns a day. */
export interface Dependent extends Fate {
  id: string;
  title: string;
  stage: Stage;
  isLive: boolean;
  centsPerDay: Fact<{ cents: number; basis: "measured" | "estimated" }>;
}

export interface BlastRadius {
  /** what people call the thing */
  label: string;
  useCases: Dependent[];
  /** KPIs that are computed from it, and would be unknown */
  kpis: { id: string; name: string }[];
  /** active outcomes that are seen by these KPIs */
  outcomes: { id: string; statement: string }[];
  currency: string;
  /** of use cases that stop: what those bring that are live, and what those promise that are not */
  lost: { liveCents: number; promisedCents: number; unknownUseCases: number };
}

/** What stops, in money a day. */
export function lostBy(useCases: readonly Dependent[]): BlastRadius["lost"] {
  const lost = { liveCents: 0, promisedCents: 0, unknownUseCases: 0 };
  for (const { becomes, centsPerDay, isLive } of useCases) {
    if (becomes !== "stops") continue;
    if (!centsPerDay.known) lost.unknownUseCases += 1;
    else if (isLive) lost.liveCents += centsPerDay.value.cents;
    else lost.promisedCents += centsPerDay.value.cents;
  }
  return lost;
}

/** The whole radius in one sentence. */
export function blastWords({ useCases, kpis, currency, lost }: Omit<BlastRadius, "label" | "outcomes">): string {
  if (useCases.length + kpis.length === 0) return "Nothing that your teams have written down depends on it";
  const count = (becomes: Becomes) => useCases.filter((one) => one.becomes === becomes).length;
  const many = (n: number, one: string, more: string) => `${n} ${n === 1 ? one : more}`;
  const money = [
    ...(lost.liveCents > 0 ? [`${formatMoney(lost.liveCents, currency)} a day`] : []),
    ...(lost.promisedCents > 0 ? [`${formatMoney(lost.promisedCents, currency)} a day that are promised`] : []),
    ...(lost.unknownUseCases > 0 ? [`an amount that is unknown for ${lost.unknownUseCases}`] : []),
  ];
  const stops = count("stops");
  const parts = [
    ...(stops > 0
      ? [`${many(stops, "use case stops", "use cases stop")}${money.length > 0 ? `, with ${money.join(" and ")}` : ""}`]
      : []),
    ...(count("weaker") > 0 ? [many(count("weaker"), "use case goes on weaker", "use cases go on weaker")] : []),
    ...(count("unmeasured") > 0
      ? [`${many(count("unmeasured"), "use case can", "use cases can")} no longer be measured`]
      : []),
    ...(count("down") > 0 ? [`${many(count("down"), "use case is", "use cases are")} down already`] : []),
    ...(kpis.length > 0 ? [`${many(kpis.length, "KPI becomes", "KPIs become")} unknown`] : []),
  ];
  return parts.join("; ");
}
