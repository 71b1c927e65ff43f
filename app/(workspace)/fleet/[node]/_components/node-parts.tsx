import { stamp } from "@/components/charts/axis";
import { Sheet } from "@/components/ui/page";
import { StatusShape } from "@/components/ui/status";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import { formatAge, formatCount, formatNumber } from "@/server/fabric/domain/health";
import { formatSpan } from "@/server/fabric/domain/stream-summary";
import type { NodeDetail } from "@/server/fabric/queries";
import styles from "./node.module.css";

/** Slots with the model that runs in each, and what it said last. */
export function Models({ node, now }: { node: NodeDetail; now: number }) {
  return (
    <Sheet title="Models" id="models" aside={node.slots.length === 0 ? undefined : "last hour"} flush>
      {node.slots.length === 0 ? (
        <p className={styles.none}>No slot for a model. A node names its slots in its birth.</p>
      ) : (
        <ul>
          {node.slots.map((slot) => {
            const recent = node.inference.find((entry) => entry.slot === slot.slot);
            return (
              <li key={slot.slot} className={styles.item}>
                <span className={styles.itemHead}>
                  <StatusShape status={recent ? "ok" : "unknown"} />
                  <strong>{slot.slot}</strong> <code>{short(slot.committed)}</code>
                  {slot.trial ? (
                    <span className="muted">
                      {" "}
                      on trial <code>{short(slot.trial)}</code>
                    </span>
                  ) : null}
                </span>
                <span className={styles.note}>
                  {recent
                    ? `${formatCount(recent.n1h)} inferences, last ${formatAge(now - recent.lastMs)} ago${recent.lastLabel === null ? "" : `: ${recent.lastLabel}`}${recent.lastScore === null ? "" : `, score ${formatNumber(recent.lastScore)}`}${recent.p50LatencyMs === null ? "" : `, ${formatNumber(recent.p50LatencyMs)} ms each`}`
                    : "no inference in the last hour"}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Sheet>
  );
}

function short(digest: string | null): string {
  return digest === null ? "empty" : digest.replace(/^sha256:/, "").slice(0, 7);
}

/** Gap records: rows that the node had to drop, so that nobody mistakes silence for calm. */
export function Gaps({ node }: { node: NodeDetail }) {
  return (
    <Sheet title="Lost at the edge" aside={node.gaps.length === 0 ? undefined : `times in ${node.timeZone}`} flush>
      {node.gaps.length === 0 ? (
        <p className={styles.none}>
          Nothing. Every row that this node recorded has arrived or still waits in its buffer.
        </p>
      ) : (
        <TableRegion label="Gap records">
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col" className={table.num}>
                  Length
                </th>
                <th scope="col" className={table.num}>
                  Rows
                </th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {node.gaps.map((gap) => (
                <tr key={gap.id}>
                  <td className={table.nowrap}>{stamp(gap.fromMs, node.timeZone, false)}</td>
                  <td className={table.num}>{formatSpan(gap.toMs - gap.fromMs)}</td>
                  <td className={table.num}>{formatCount(gap.rows)}</td>
                  <td>
                    {gap.why}
                    {gap.kept ? <span className={table.sub}>kept: {gap.kept}</span> : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
    </Sheet>
  );
}

/** Starts and events, the newest first. */
export function History({ node, now }: { node: NodeDetail; now: number }) {
  return (
    <Sheet title="History" flush>
      {node.history.length === 0 ? (
        <p className={styles.none}>No start and no event yet.</p>
      ) : (
        <ol>
          {node.history.map((entry, i) => (
            <li key={`${entry.atMs}${entry.kind}${i}`} className={styles.moment}>
              <span>
                {entry.severity === "high" || entry.severity === "critical" ? (
                  <StatusShape status="bad" />
                ) : entry.severity === "medium" ? (
                  <StatusShape status="watch" />
                ) : null}{" "}
                {entry.text.replace(/[-_](?=[a-z])/g, " ")}
              </span>
              <time
                dateTime={new Date(entry.atMs).toISOString()}
                title={stamp(entry.atMs, node.timeZone, false)}
                className="muted num"
              >
                {formatAge(now - entry.atMs)} ago
              </time>
            </li>
          ))}
        </ol>
      )}
    </Sheet>
  );
}

/** What the control plane wants of the node and what the node made of it. */
export function Documents({ node, now }: { node: NodeDetail; now: number }) {
  const documents = node.documents;
  const behind =
    documents !== null && documents.desired !== null && documents.appliedRevision !== documents.desiredRevision;
  return (
    <Sheet title="Wanted and reported" aside={documents?.desired ? `revision ${documents.desiredRevision}` : undefined}>
      {documents === null || (documents.desired === null && documents.reported === null) ? (
        <p className="muted">Nothing is asked of this node yet; it runs by its own configuration.</p>
      ) : (
        <div className={styles.documents}>
          <p>
            {documents.desired === null ? (
              "Nothing is asked of it."
            ) : behind ? (
              <>
                <StatusShape status="watch" /> It runs revision {documents.appliedRevision ?? "none"} of{" "}
                {documents.desiredRevision}.
              </>
            ) : (
              <>
                <StatusShape status="ok" /> It runs what is asked.
              </>
            )}{" "}
            {documents.reportedMs === null
              ? "It has not reported."
              : `Reported ${formatAge(now - documents.reportedMs)} ago.`}
          </p>
          {documents.desired === null ? null : (
            <details>
              <summary>Wanted</summary>
              <pre>{JSON.stringify(documents.desired, null, 2)}</pre>
            </details>
          )}
          {documents.reported === null ? null : (
            <details>
              <summary>Reported</summary>
              <pre>{JSON.stringify(documents.reported, null, 2)}</pre>
            </details>
          )}
        </div>
      )}
    </Sheet>
  );
}
