/** What waits of a node's births, states and documents, as far as it matters for what can be given up. */
export interface Waiting {
  kind: "birth" | "state" | "reported" | "action" | "rsp";
}

/**
 * Which of the waiting messages to give up when there are too many: the oldest that a newer one of its kind replaces. Births come
 * last, because each may be of another boot whose batches wait for it.
 *
 * @returns the index into `waiting`; the oldest of all when no kind comes twice
 */
export function leastNeeded(waiting: readonly Waiting[]): number {
  const newest = new Map(waiting.map(({ kind }, i) => [kind, i]));
  const isReplaced = ({ kind }: Waiting, i: number) => newest.get(kind) !== i;
  const other = waiting.findIndex((message, i) => message.kind !== "birth" && isReplaced(message, i));
  return Math.max(0, other >= 0 ? other : waiting.findIndex(isReplaced));
}
