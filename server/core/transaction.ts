import type { Pool, PoolClient } from "pg";
import { DomainError } from "./errors";

/** Does the work in one transaction: all of it or, when it throws, none. A connection that may be broken is not used again. */
export async function inTransaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  try {
    await tx.query("begin");
    const result = await work(tx);
    await tx.query("commit");
    tx.release();
    return result;
  } catch (cause) {
    await tx.query("rollback").catch(() => undefined); // the connection may be what broke
    tx.release(!(cause instanceof DomainError));
    throw cause;
  }
}
