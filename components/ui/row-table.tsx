"use client";
import { type ReactNode, useRef } from "react";
import { type Column, DataTable } from "./data-table";
import { RowFoot } from "./row-foot";
import { useRowKeys } from "./row-keys";

/** Whether a column is among the hidden ones, which links name in small letters with hyphens. */
export function isHidden(title: string, hidden: readonly string[]): boolean {
  return hidden.includes(title.toLowerCase().replaceAll(" ", "-"));
}

interface RowTableProps {
  /** What the rows are, for those who do not see the page. */
  label: string;
  columns: readonly Column[];
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
      <DataTable label={label} columns={columns} stale={stale} cards body={body}>
        {children}
      </DataTable>
      <RowFoot shown={shown} matching={matching} more={more} />
    </>
  );
}
