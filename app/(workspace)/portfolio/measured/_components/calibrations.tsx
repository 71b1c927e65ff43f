import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import table from "@/components/ui/table.module.css";
import type { MeasuredOverview } from "@/server/measured/queries";

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** How well the ranges of each estimator held: a range from P10 to P90 promises four in five. */
export function Calibrations({ calibration, open }: Pick<MeasuredOverview, "calibration" | "open">) {
  return (
    <Sheet title="How well our own estimates hold" aside="ranges of 80 %, once ninety days are over" flush>
      {calibration.length === 0 ? (
        <Empty title="No estimate can be judged yet">
          <p>
            A use case that went live tells of its estimator once its ninety days are over.
            {open.length === 0 ? null : ` ${open.map(({ title, why }) => `${title}: ${why}`).join("; ")}.`}
          </p>
        </Empty>
      ) : (
        <DataTable
          label="How well our own estimates hold"
          columns={[
            { title: "Estimator" },
            { title: "Held" },
            { title: "Came out below", isNumber: true },
            { title: "Above", isNumber: true },
            { title: "What would help" },
          ]}
        >
          {calibration.map(({ estimator, says, records, below, above, low, high, widen }) => (
            <tr key={estimator}>
              <td>{estimator}</td>
              <td>
                <strong>{says}</strong>
                <span className={table.sub}>
                  {records} {records === 1 ? "record" : "records"}; the true share lies between {percent(low)} and{" "}
                  {percent(high)}
                </span>
              </td>
              <td className={table.num}>{below}</td>
              <td className={table.num}>{above}</td>
              <td>{advice(widen)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </Sheet>
  );
}

function advice(widen: number | null): string {
  if (widen === null) return "unknown: there are too few records";
  if (!Number.isFinite(widen)) return "give a range: some estimates were one figure";
  if (widen > 1.05) return `ranges ${Math.round(widen * 100) / 100} times as wide`;
  return widen < 0.95 ? "ranges may be narrower" : "nothing: they are as wide as they should be";
}
