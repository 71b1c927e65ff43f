import { Client, type Pool } from "pg";
import { listNodeCredentials } from "@/server/fabric/node-queries";
import { hashToken } from "@/server/core/node-token";
import { INGEST_USER, renderPasswordFile, type Credentials } from "./embedded/credentials";

const RETRY_MS = 1_000;
/** A notification can be lost with its connection; the table is read this often in any case. */
const REREAD_MS = 30_000;

/**
 * Keeps the embedded broker's users equal to the table of nodes: reads it at once, at each `tl_credentials`, after each
 * reconnect and every 30 s. `apply` is called only when something changed.
 * @returns stops it
 */
export function syncCredentials(
  pool: Pool,
  databaseUrl: string,
  ingestToken: string,
  apply: (credentials: Credentials) => void,
): () => Promise<void> {
  const ingestHash = hashToken(ingestToken);
  let applied = "";
  let client: Client | null = null;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  const reread = async () => {
    const credentials = await listNodeCredentials(pool).catch(() => null); // the database restarts: the next round reads it
    if (credentials === null || stopped) return;
    credentials.set(INGEST_USER, ingestHash); // last: no node can take this name
    const key = renderPasswordFile(credentials);
    if (key === applied) return;
    apply(credentials);
    applied = key;
  };
  const listen = async () => {
    const next = new Client({
      connectionString: databaseUrl,
      application_name: "throughline-credentials",
      keepAlive: true,
    });
    const lost = () => {
      if (stopped || client !== next) return;
      client = null;
      void next.end().catch(() => undefined);
      retry = setTimeout(() => void listen(), RETRY_MS);
    };
    client = next;
    next.on("error", lost);
    next.on("end", lost);
    next.on("notification", () => void reread());
    try {
      await next.connect();
      await next.query("listen tl_credentials");
      await reread();
    } catch {
      lost(); // the database is away: again in a second
    }
  };
  void listen();
  const timer = setInterval(() => void reread(), REREAD_MS);
  return async () => {
    stopped = true;
    clearInterval(timer);
    clearTimeout(retry);
    await client?.end().catch(() => undefined);
  };
}
