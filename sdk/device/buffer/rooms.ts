/** Rooms that are kept for the next batch: as many as may be under way in one lane. */
const KEPT = 16;
/** Rooms come in steps of this, so that batches of about one size fit each other's. */
const STEP_BYTES = 16 * 1024;

/**
 * Memory that batches are read into on their way to a broker, used again once it has answered. Without it each batch of a
 * backlog leaves a dead buffer outside the heap, and V8 lets tens of megabytes of those stand before it looks. What is
 * never given back (the connection went) is left to the collector.
 */
export class Rooms {
  private readonly free: ArrayBuffer[] = [];
  private readonly lent = new WeakSet<ArrayBufferLike>();

  /** Bytes with anything in them. */
  take(size: number): Buffer {
    const at = this.free.findIndex((room) => room.byteLength >= size);
    const [room] = at < 0 ? [new ArrayBuffer(Math.ceil(size / STEP_BYTES) * STEP_BYTES)] : this.free.splice(at, 1);
    if (!room) throw new RangeError("a room that was found is gone");
    this.lent.add(room);
    return Buffer.from(room, 0, size);
  }

  /** Takes back the memory of bytes that came from `take`; nobody may read them any more. Other bytes are left alone. */
  give({ buffer }: Buffer): void {
    if (!this.lent.delete(buffer) || !(buffer instanceof ArrayBuffer)) return;
    this.free.push(buffer);
    if (this.free.length > KEPT) this.free.shift();
  }
}
