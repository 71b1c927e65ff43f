"use client";
import { type ReactNode, useRef } from "react";
import { Button } from "./button";
import { useRowKeys } from "./row-keys";
import table from "./table.module.css";

export interface RowColumn {
  title: string;
  /** Figures, aligned right. */
  isNumber?: boolean;
  /** Left out where there is no room. */
  isWideOnly?: boolean;
  /** Read out, not shown: a column of buttons. */
  isTitleHidden?: boolean;
}

/** Whether a column is among the hidden ones, which links name in small letters with hyphens. */
export function isHidden(title: string, hidden: readonly string[]): boolean {
  return hidden.includes(title.toLowerCase().replaceAll(" ", "-"));
}

interface RowTableProps {
  /** What the rows are, for those who do not see the page. */
  label: string;
  columns: readonly RowColumn[];
  shown: number;
  matching: number;
  stale: boolean;
  /** Shows further rows; null when these are all. */
  more: (() => void) | null;
  /** The rows: `<tr>` whose first link has `data-row`. */
  children: ReactNode;
}

/** A list of things with a page of their own: `j` and `k` move over the rows, the foot says how many there are. */
export function RowTable({ label, columns, shown, matching, stale, more, children }: RowTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body);
  return (
    <>
      <div className={`${table.scroll} ${stale ? table.dim : ""}`} tabIndex={0} role="region" aria-label={label}>
        <table className={`${table.table} ${table.cards}`}>
          <thead>
            <tr>
              {columns.map(({ title, isNumber = false, isWideOnly = false, isTitleHidden = false }) => (
                <th
                  key={title}
                  scope="col"
                  className={[isNumber && table.num, isWideOnly && table.wideOnly].filter(Boolean).join(" ")}
                >
                  {isTitleHidden ? <span className="vh">{title}</span> : title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body}>{children}</tbody>
        </table>
      </div>
      <div className={table.foot}>
        <span>
          {shown} of {matching} shown. Press <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>Enter</kbd> to open.
        </span>
        {more ? (
          <Button size="small" onClick={more}>
            Show more
          </Button>
        ) : null}
      </div>
    </>
  );
}
