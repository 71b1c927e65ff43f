import { DatabaseError, escapeLiteral, type Pool, type PoolClient, type QueryResult, type QueryResultRow } from "pg";

/** What a query needs of a connection; a pool, a transaction and `Access` all have it. */
export interface Sql {
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>>;
}

/** A transaction that is open. */
export type Tx = PoolClient;

/** Somebody's rows: those of their organisation and these teams, and what is their own. */
export interface Limits {
  orgId: string;
  /** The user, or the token where no user stands behind it: what is somebody's own. */
  ownerId: string;
  teamIds: readonly string[];
  /** What the policies of db/migrations/0050-accounts.sql open besides: other people's accounts, the whole audit log. */
  sees?: readonly ("accounts" | "audit")[];
}

/**
 * The only way in which a request of somebody reads and writes. Every statement runs in a transaction that first says whose rows it may
 * touch, in settings that end with it: a connection that goes back to the pool carries nothing over to the next request.
 */
export class Access implements Sql {
  /** Equal where the same rows are reached, apart from what is somebody's own. */
  readonly scope: string;
  private readonly begin: string;

  /**
   * `limits` "door" is for finding out who somebody is; "all" is for our own processes (jobs, the command line), which work for everybody
   * and connect with a role that may.
   */
  constructor(
    private readonly pool: Pool,
    limits: Limits | "door" | "all",
  ) {
    this.scope = typeof limits === "string" ? limits : `${limits.orgId} ${[...limits.teamIds].sort().join()}`;
    this.begin = limits === "all" ? "begin" : `begin; ${settings(limits)}`;
  }

  /** One statement in a transaction of its own. */
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>> {
    return this.transaction((tx) => tx.query<R>(text, values));
  }

  /** Commits when `work` resolves, rolls back when it rejects. The connection is not used again after a failure that broke it. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const tx = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await tx.query(this.begin);
      const result = await work(tx);
      await tx.query("commit");
      return result;
    } catch (cause) {
      await tx.query("rollback").catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
      throw withoutValues(cause);
    } finally {
      tx.release(broken);
    }
  }

  /**
   * What `work` gives, piece by piece, inside of one transaction. A reader that stops early leaves rows on the wire, so that connection
   * is closed instead of used again.
   */
  async *stream<T>(work: (tx: Tx) => AsyncIterable<T>): AsyncGenerator<T> {
    const tx = await this.pool.connect();
    let finished = false;
    try {
      await tx.query(this.begin);
      yield* work(tx);
      await tx.query("commit");
      finished = true;
    } catch (cause) {
      throw withoutValues(cause);
    } finally {
      tx.release(!finished);
    }
  }
}

/**
 * PostgreSQL writes the values of a row into the detail and the context of an error, and of a value it cannot read into its message. They
 * end here: whoever prints an error, a framework of ours or not, prints no data. Code, constraint and table stay.
 */
function withoutValues(cause: unknown): unknown {
  if (!(cause instanceof DatabaseError)) return cause;
  for (const field of ["detail", "where", "internalQuery"]) Reflect.deleteProperty(cause, field);
  if (cause.code?.startsWith("22")) {
    const hidden = (text: string) => text.replace(/".*"/s, '"[hidden]"');
    cause.stack = cause.stack?.replace(cause.message, hidden(cause.message)) ?? "";
    cause.message = hidden(cause.message);
  }
  return cause;
}

/** The role and the settings that the policies of db/migrations/0021-row-security.sql read; both end with the transaction. */
function settings(limits: Limits | "door"): string {
  const local = (name: string, value: string) => `set_config('${name}', ${escapeLiteral(value)}, true)`;
  if (limits === "door") return `select ${local("role", "throughline_door")}`;
  const { orgId, ownerId, teamIds, sees = [] } = limits;
  return `select ${local("role", "throughline_web")}, ${local("search_path", "scoped, public")}, ${local("app.org", orgId)}, ${local("app.owner", ownerId)}, ${local("app.teams", `{${teamIds.join()}}`)}, ${local("app.sees", sees.join())}`;
}
