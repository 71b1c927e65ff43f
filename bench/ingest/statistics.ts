/** A figure as it is printed: three decimals. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}

/** The least and the most of the rounds beside their median. */
export function spread(values: readonly number[]): { min: number; max: number } {
  return { min: rounded(Math.min(...values)), max: rounded(Math.max(...values)) };
}

/** The middle one; of an even number the upper. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
