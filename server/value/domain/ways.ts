/** Whether something written down is of this way: what has no way of its own is of every one. */
export const isOf =
  (option: number) =>
  (written: { option: number | null }): boolean =>
    written.option === null || written.option === option;

/** The effects of one way: its own row of a KPI wins over the one that holds however it is done. */
export function effectsOf<T extends { kpiId: string; option: number | null }>(
  effects: readonly T[],
  option: number,
): T[] {
  const own = new Set(effects.filter((one) => one.option === option).map(({ kpiId }) => kpiId));
  return effects.filter(isOf(option)).filter((one) => one.option !== null || !own.has(one.kpiId));
}
