import { formatAge } from "@/server/fabric/domain/health";
import { modelHealth } from "@/server/fabric/domain/model-health";
import { anyState, type RequirementState, type ThingFact } from "./requirements";

/**
 * What one thing of the plant says of itself now. `found` is false for what is gone, or belongs to another team: the two look the
 * same. Times are epoch ms, UTC.
 */
export type ProviderFacts =
  | { kind: "none" }
  | { kind: "hidden" }
  | {
      kind: "stream";
      status: "proposed" | "accepted" | "retired";
      nodeOnline: boolean;
      lastMs: number | null;
      rateHz: number | null;
      /** word of the wire contract */
      quality: string;
    }
  | { kind: "device"; nodeOnline: boolean; lastMs: number | null; rateHz: number | null }
  | { kind: "node"; status: "proposed" | "accepted" | "retired"; online: boolean }
  | { kind: "model"; nodeOnline: boolean; isPlaced: boolean; lastMs: number | null };

/** One row of what a use case needs: a provider of a capability. */
export interface NeedRow {
  capability: string;
  /** what it costs to have it; counted only while it is not there */
  costCents: number;
  /** names the thing, the same for everybody who needs it; null for what is still to be found */
  thing: string | null;
  provider: ProviderFacts;
}

/** A capability of a use case with its state, computed and never typed. */
export interface CapabilityState {
  capability: string;
  state: RequirementState;
  why: string;
  /** the cheapest way to have it */
  costCents: number;
}

/** A reading is missed after this long, or after three periods of a slower stream: one batch of the edge may be late. */
const SILENT_AFTER_MS = 6_000;
/** Without a rate a stream is taken for one that speaks every 20 s. */
const USUAL_PERIOD_MS = 20_000;

/** State of one provider by itself, with the reason. What nobody can say is unknown, and never taken for satisfied. */
export function providerState(provider: ProviderFacts, nowMs: number): ThingFact {
  switch (provider.kind) {
    case "none":
      return { state: "missing", why: "nothing provides it yet" };
    case "hidden":
      return { state: "unknown", why: "it is gone, or not yours to see" };
    case "node":
      if (provider.status !== "accepted") return { state: "missing", why: `the node is ${provider.status}` };
      return provider.online
        ? { state: "satisfied", why: "connected" }
        : { state: "missing", why: "the node is offline" };
    case "model": {
      if (!provider.isPlaced) return { state: "missing", why: "no model is in this slot" };
      if (!provider.nodeOnline) return { state: "missing", why: "its node is offline" };
      const { status, reason } = modelHealth({ lastMs: provider.lastMs, lastLabel: null }, nowMs);
      if (status === "unknown") return { state: "unknown", why: `the model ${reason}` };
      return { state: status === "ok" ? "satisfied" : "degraded", why: `the model ${reason}` };
    }
    case "stream":
      if (provider.status !== "accepted") return { state: "missing", why: `the stream is ${provider.status}` };
      if (provider.quality !== "good" && provider.lastMs !== null)
        return {
          state: provider.quality === "uncertain" ? "degraded" : "missing",
          why: `the device marks it ${provider.quality}`,
        };
      return heard(provider, nowMs);
    case "device":
      return heard(provider, nowMs);
  }
}

function heard(
  { nodeOnline, lastMs, rateHz }: { nodeOnline: boolean; lastMs: number | null; rateHz: number | null },
  nowMs: number,
): ThingFact {
  if (lastMs === null) return { state: "missing", why: "no reading yet" };
  const ageMs = nowMs - lastMs;
  const periodMs = rateHz === null || rateHz <= 0 ? USUAL_PERIOD_MS : 1_000 / rateHz;
  if (ageMs <= Math.max(SILENT_AFTER_MS, 3 * periodMs)) return { state: "satisfied", why: "sending" };
  return { state: "missing", why: `${nodeOnline ? "silent" : "its node is offline"} for ${formatAge(ageMs)}` };
}

/**
 * The capabilities of one use case, each any of its providers, in the order of their names: state, and the reason that keeps it from
 * being satisfied.
 */
export function capabilityStates(needs: readonly NeedRow[], nowMs: number): CapabilityState[] {
  const groups = new Map<string, NeedRow[]>();
  for (const need of needs) {
    const before = groups.get(need.capability);
    if (before) before.push(need);
    else groups.set(need.capability, [need]);
  }
  return [...groups]
    .map(([capability, rows]): CapabilityState => {
      const facts = rows.map(({ provider }) => providerState(provider, nowMs));
      const state = anyState(facts.map((fact) => fact.state));
      const cause = state === "satisfied" ? undefined : facts.find((fact) => fact.state === state);
      const costCents = Math.min(...rows.map((row) => row.costCents));
      return { capability, state, why: cause?.why ?? "there and healthy", costCents };
    })
    .sort((a, b) => (a.capability < b.capability ? -1 : 1));
}
