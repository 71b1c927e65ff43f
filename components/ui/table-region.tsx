"use client";
import type { ReactNode } from "react";
import { useLandmarkName } from "./frame";
import table from "./table.module.css";

interface TableRegionProps {
  /** What the rows are, for those who do not see the page. */
  label: string;
  /** What is shown is not what was asked for last. */
  stale?: boolean;
  children: ReactNode;
}

/** What scrolls where a table is too wide, also from the keyboard. */
export function TableRegion({ label, stale = false, children }: TableRegionProps) {
  return (
    <div
      className={`${table.scroll} ${stale ? table.dim : ""}`}
      tabIndex={0}
      role="region"
      aria-label={useLandmarkName(label)}
    >
      {children}
    </div>
  );
}
