import { DataTable } from "@/components/ui/data-table";
import type { RowFault } from "@/server/value/domain/use-case-rows";

/** What is wrong with a file, cell by cell, and that nothing went in. */
export function RowFaults({ faults, faultCount }: { faults: readonly RowFault[]; faultCount: number }) {
  return (
    <>
      <p role="alert">
        Nothing was imported: {faultCount} {faultCount === 1 ? "cell or row is" : "cells or rows are"} wrong.
      </p>
      <DataTable
        label="What is wrong"
        columns={[{ title: "Row", isNumber: true }, { title: "Column" }, { title: "Why" }]}
      >
        {faults.map(({ row, column, reason }) => (
          <tr key={`${row} ${column} ${reason}`}>
            <td>{row}</td>
            <td>{column || "–"}</td>
            <td>{reason}</td>
          </tr>
        ))}
      </DataTable>
      {faultCount > faults.length ? <p className="muted">and {faultCount - faults.length} more</p> : null}
    </>
  );
}
