"use client";
import Link from "next/link";
import { Fragment, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { RowFoot } from "@/components/ui/row-foot";
import { useRowKeys } from "@/components/ui/row-keys";
import table from "@/components/ui/table.module.css";
import { reasonWords } from "@/server/fabric/domain/reason-words";
import { formatAge, formatBytes } from "@/server/fabric/domain/health";
import type { QuarantineRow } from "@/server/fabric/quarantine-queries";
import { useClock } from "../../../../_shell/refresh";
import { Payload } from "./payload";
import type { Decisions } from "./use-decisions";
import styles from "./quarantine.module.css";

interface QuarantineTableProps {
  rows: readonly QuarantineRow[];
  matching: number;
  asOfMs: number;
  dimmed: boolean;
  chosen: ReadonlySet<number>;
  onChosen: (ids: ReadonlySet<number>) => void;
  decisions: Decisions;
  more: (() => void) | null;
}

/** Each message with why it is here; opening one shows the hint, the payload and what can be done. */
export function QuarantineTable({
  rows,
  matching,
  asOfMs,
  dimmed,
  chosen,
  onChosen,
  decisions,
  more,
}: QuarantineTableProps) {
  const [open, setOpen] = useState<number | null>(null);
  const body = useRef<HTMLUListElement>(null);
  const now = useClock() ?? asOfMs;
  useRowKeys(body);
  const toggle = (id: number) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChosen(next);
  };
  return (
    <>
      <ul ref={body} className={`${styles.list} ${dimmed ? table.dim : ""}`} aria-label="Messages in quarantine">
        {rows.map((row) => (
          <li key={row.id} className={styles.entry} data-open={open === row.id || undefined}>
            <div className={styles.head}>
              {row.status === "held" ? (
                <input
                  type="checkbox"
                  checked={chosen.has(row.id)}
                  onChange={() => toggle(row.id)}
                  aria-label={`Choose the message of ${row.nodeId}, ${row.message}`}
                />
              ) : (
                <span />
              )}
              <button
                type="button"
                className={styles.open}
                data-row
                aria-expanded={open === row.id}
                aria-controls={`message-${row.id}`}
                onClick={() => setOpen(open === row.id ? null : row.id)}
              >
                <span className={styles.why}>{row.message}</span>
                <span className={styles.meta}>
                  <span className={styles.code} data-proposed={row.reason === "PROPOSED" || undefined}>
                    {reasonWords(row.reason)}
                  </span>{" "}
                  {row.nodeId}
                  {row.lane ? `, ${row.lane}` : ""}
                  {row.batch === null ? "" : `, batch ${row.batch}`}
                </span>
              </button>
              <span className={styles.when}>
                {formatAge(now - row.receivedMs)} ago<span className={table.sub}>{formatBytes(row.bytes)}</span>
              </span>
            </div>
            {open === row.id ? <Opened row={row} decisions={decisions} now={now} /> : null}
          </li>
        ))}
      </ul>
      <RowFoot shown={rows.length} matching={matching} more={more} />
    </>
  );
}

function Opened({ row, decisions, now }: { row: QuarantineRow; decisions: Decisions; now: number }) {
  const facts: [string, string][] = [
    ["Code", row.reason],
    ["Field", row.field ?? "none in particular"],
    ["Topic", row.topic],
  ];
  return (
    <div id={`message-${row.id}`} className={styles.opened}>
      {row.hint ? <p className={styles.hint}>{row.hint}</p> : null}
      {row.replayError ? <p className={styles.again}>The last replay left it here: {row.replayError}</p> : null}
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
      <Payload id={row.id} />
      {row.status === "held" ? (
        <div className={styles.actions}>
          {row.reason === "PROPOSED" ? (
            <Link href={`/fleet/${row.nodeId}`} className={styles.accept}>
              Accept its streams
            </Link>
          ) : null}
          <Button
            look={row.reason === "PROPOSED" ? "plain" : "primary"}
            size="small"
            disabled={decisions.busy}
            onClick={() => decisions.replay([row.id])}
          >
            Replay
          </Button>
          <Button size="small" onClick={() => decisions.discard([row.id])}>
            Discard
          </Button>
        </div>
      ) : (
        <p className="muted">
          {row.status === "replayed" ? "Replayed" : "Discarded"}
          {row.decidedMs === null ? "" : ` ${formatAge(now - row.decidedMs)} ago`}
          {row.decidedBy ? ` by ${row.decidedBy}` : ""}.{" "}
          {row.status === "discarded" && row.decidedBy !== "system" ? (
            <Button size="small" disabled={decisions.busy} onClick={() => decisions.takeBack([row.id])}>
              Take back
            </Button>
          ) : null}
        </p>
      )}
    </div>
  );
}
