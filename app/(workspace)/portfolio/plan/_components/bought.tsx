import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import type { Status } from "@/server/fabric/domain/health";
import { formatMoney } from "@/server/value/domain/money-words";
import { boughtOf, chosenOf, setThings } from "@/server/value/domain/plan-answer";
import { type PlanAsset, priceOf } from "@/server/value/domain/plan-facts";
import type { PlanRow } from "@/server/value/plan-queries";

const STATUS: Readonly<Record<PlanAsset["state"], Status>> = {
  satisfied: "ok",
  degraded: "watch",
  missing: "bad",
  unknown: "unknown",
};

/** What the answer has to get of the plant, or all that a smallest set stands on: each thing once, with everybody who uses it. */
export function Bought({ plan: { facts, answer } }: { plan: PlanRow }) {
  const chosen = chosenOf(answer);
  if (!chosen || chosen.useCaseIds.length === 0) return null;
  const bought = answer.set ? setThings(facts, answer) : boughtOf(facts, chosen);
  const titleOf = (id: string): string => facts.useCases.find((one) => one.id === id)?.title ?? "";
  if (bought.length === 0) return null;
  const title = answer.set ? "The set" : "To be got once";
  return (
    <Sheet title={title} aside={`${bought.length} ${bought.length === 1 ? "thing" : "things"}`} flush>
      <DataTable
        label={title}
        columns={[
          { title: "Thing" },
          { title: "State" },
          { title: "Used by" },
          { title: `Price, ${facts.currency}`, isNumber: true },
        ]}
        cards
      >
        {bought.map(({ asset, users }) => (
          <tr key={asset.id}>
            <td>
              <strong>{asset.capability}</strong>
              <span className={table.sub}>{asset.label ?? "still to be found"}</span>
            </td>
            <td className={table.wholeRow}>
              <StatusText status={STATUS[asset.state]}>{asset.why}</StatusText>
            </td>
            <td className={table.wholeRow}>
              {users.map(titleOf).join(", ")}
              {users.length > 1 ? <span className={table.sub}>shared by {users.length}, paid once</span> : null}
            </td>
            <td className={`${table.num} ${table.corner}`}>
              {formatMoney(priceOf(asset), facts.currency)}
              {asset.paidBy === null || asset.state === "satisfied" ? null : (
                <span className={table.sub}>paid by what is committed to {titleOf(asset.paidBy)}</span>
              )}
            </td>
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}
