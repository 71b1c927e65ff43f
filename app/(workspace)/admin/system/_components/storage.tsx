"use client";
import { useQuery } from "@tanstack/react-query";
import { Sheet } from "@/components/ui/page";
import { Failed, TableSkeleton } from "@/components/ui/states";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import { formatAge, formatBytes } from "@/server/fabric/domain/health";
import { useClock } from "../../../../_shell/refresh";
import { useTRPC } from "../../../../_trpc/client";
import styles from "./system.module.css";

const WORDS: Readonly<Record<string, string>> = {
  readings: "Raw readings",
  rollups: "Minutes, hours and days",
  ledger: "Ledger of batches",
  quarantine: "Quarantine",
  records: "Events and inference",
  audit: "Audit log",
  jobs: "Jobs and queue",
  objects: "Object store: models, media, exports",
};

/** Bytes by what they are for, how fast they grow, and how much is left. */
export function Storage({ refreshMs }: { refreshMs: number | false }) {
  const query = useQuery({
    ...useTRPC().system.storage.queryOptions(),
    refetchInterval: refreshMs === false ? false : Math.max(refreshMs, 60_000),
  });
  const now = useClock();
  const storage = query.data;
  const total = storage?.rows.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
  return (
    <Sheet flush title="Storage" id="storage" aside={storage ? `${formatBytes(total)} in all` : null}>
      {query.isPending ? <TableSkeleton rows={8} columns={3} /> : null}
      {query.isError && !storage ? (
        <Failed what="The sizes could not be read." detail={query.error.message} onRetry={() => void query.refetch()} />
      ) : null}
      {storage ? (
        <>
          <TableRegion label="Storage">
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col" className={table.num}>
                    Size
                  </th>
                  <th scope="col" className={table.num}>
                    Growth per day
                  </th>
                </tr>
              </thead>
              <tbody>
                {storage.rows.map(({ what, bytes, bytesPerDay, sinceMs }) => (
                  <tr key={what}>
                    <td>
                      {WORDS[what] ?? "Everything else"}
                      {what === "readings" ? <span className={table.sub}>home: {storage.home}</span> : null}
                    </td>
                    <td className={table.num}>{formatBytes(bytes)}</td>
                    <td className={table.num}>
                      {bytesPerDay === null
                        ? "unknown, because it was measured for less than an hour"
                        : `${bytesPerDay < 0 ? "−" : "+"}${formatBytes(Math.abs(bytesPerDay))}`}
                      {bytesPerDay !== null && sinceMs !== null && now !== null ? (
                        <span className={table.sub}>over {formatAge(now - sinceMs)}</span>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableRegion>
          <p className={styles.note}>
            {storage.freeBytes === null
              ? "Disk free: unknown, because the object store is no folder or was not measured yet."
              : `Disk free where the object store lies (${storage.objectsPlace ?? "unknown"}): ${formatBytes(storage.freeBytes)}.`}{" "}
            Disk free at the database: unknown, because PostgreSQL does not tell.
          </p>
        </>
      ) : null}
    </Sheet>
  );
}
