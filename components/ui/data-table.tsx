import type { ReactNode, Ref } from "react";
import { TableRegion } from "./table-region";
import table from "./table.module.css";

export interface Column {
  title: string;
  /** Figures, aligned right. */
  isNumber?: boolean;
  /** Left out where there is no room. */
  isWideOnly?: boolean;
  /** Read out, not shown: a column of buttons. */
  isTitleHidden?: boolean;
  /** What stands under the title, such as the axis of the bars below it. */
  under?: ReactNode;
}

interface DataTableProps {
  /** What the rows are, for those who do not see the page. */
  label: string;
  columns: readonly Column[];
  /** What is shown is not what was asked for last. */
  stale?: boolean;
  /** On a phone each row is a card instead. */
  cards?: boolean;
  body?: Ref<HTMLTableSectionElement>;
  /** The rows: `<tr>`. */
  children: ReactNode;
}

/** A table that scrolls by itself where it is too wide, also from the keyboard. */
export function DataTable({ label, columns, stale = false, cards = false, body, children }: DataTableProps) {
  return (
    <TableRegion label={label} stale={stale}>
      <table className={`${table.table} ${cards ? table.cards : ""}`}>
        <thead>
          <tr>
            {columns.map(({ title, isNumber = false, isWideOnly = false, isTitleHidden = false, under }) => (
              <th
                key={title}
                scope="col"
                className={[isNumber && table.num, isWideOnly && table.wideOnly].filter(Boolean).join(" ")}
              >
                {isTitleHidden ? <span className="vh">{title}</span> : title}
                {under}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>{children}</tbody>
      </table>
    </TableRegion>
  );
}
