/** What may be killed while the others go on. */
export const TARGETS = ["edge", "ingest", "broker", "database"] as const;
export type Target = (typeof TARGETS)[number];

export interface Kill {
  target: Target;
  /** pause before this kill, ms */
  afterMs: number;
}

/**
 * A reproducible plan of kills: each round takes the four targets in a fresh order, so none is spared, with pauses drawn
 * evenly between `minPauseMs` and `maxPauseMs`. The same seed gives the same plan.
 */
export function planKills({
  seed,
  kills,
  minPauseMs,
  maxPauseMs,
}: {
  seed: number;
  kills: number;
  minPauseMs: number;
  maxPauseMs: number;
}): Kill[] {
  const draw = mulberry32(seed);
  const plan: Kill[] = [];
  while (plan.length < kills) {
    const order: Target[] = [...TARGETS];
    while (order.length > 0 && plan.length < kills) {
      const [target] = order.splice(Math.floor(draw() * order.length), 1);
      if (target) plan.push({ target, afterMs: Math.round(minPauseMs + draw() * (maxPauseMs - minPauseMs)) });
    }
  }
  return plan;
}

/** Mulberry32 by Tommy Ettinger (public domain): 32 bits of state are plenty for a plan of kills. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
