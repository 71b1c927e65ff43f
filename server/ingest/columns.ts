/** Numbers in one slab: 128 KB. */
const SLAB_LENGTH = 16_384;
/** Longer columns get memory of their own, so that at most an eighth of a slab is left unused. */
const MAX_SHARED = SLAB_LENGTH / 8;

let slab = new Float64Array(0);
let used = 0;

/**
 * A zeroed column of `length` numbers, cut from a larger piece of memory. A batch has a handful of short columns, and memory of its
 * own for each costs the collector more than reading the batch. A slab is free when the last of its columns is.
 */
export function newColumn(length: number): Float64Array {
  if (length > MAX_SHARED) return new Float64Array(length);
  if (used + length > slab.length) {
    slab = new Float64Array(SLAB_LENGTH);
    used = 0;
  }
  const column = slab.subarray(used, used + length);
  used += length;
  return column;
}
