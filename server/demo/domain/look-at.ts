/** One thing worth a look, with the way there. */
export interface LookAt {
  id: string;
  title: string;
  sentence: string;
  href: string;
}

/** How much of a history has arrived, in batches. */
export interface Arrival {
  arrived: number;
  expected: number;
}

/** What the card on the first page holds. */
export interface WhatToLookAt {
  stories: readonly LookAt[];
  /** null when nothing is on its way */
  arriving: Arrival | null;
}

/** Before and after a story there is as much to see as a fifth of it, so that the eye has something to compare with. */
const AROUND = 0.2;

/** The chart of a stream over the time of a story, times in whole minutes of UTC. */
export function chartLink(streamId: number, fromMs: number, toMs: number): string {
  const around = AROUND * (toMs - fromMs);
  const minute = (ms: number) => `${new Date(ms).toISOString().slice(0, 16)}Z`;
  return `/streams/${streamId}?from=${minute(fromMs - around)}&to=${minute(toMs + around)}`;
}

/** The share that has arrived in whole percent; a hundred only when all of it has. */
export function arrivedPercent({ arrived, expected }: Arrival): number {
  return arrived >= expected ? 100 : Math.min(99, Math.floor((100 * arrived) / expected));
}
