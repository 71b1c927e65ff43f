"use client";
import { expectedOf } from "@/server/value/domain/use-case-figures";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { FormButton } from "@/components/ui/form-button";
import { Sheet } from "@/components/ui/page";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatMoney, formatReturn } from "@/server/value/domain/money-words";
import type { ValuePolicy } from "@/server/value/domain/standing";
import { hoursShown } from "@/server/value/domain/ways";
import type { EstimateRow, PortfolioRow, UseCaseDetail, WayRow } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { useEstimateSheet } from "../../_components/estimate-sheet";
import { DescribeWay } from "./describe-way";
import styles from "../../_components/portfolio.module.css";

/** The ways to do it beside each other, and which of them is chosen. What was dropped stands last and can be taken up again. */
export function WaysToDo({
  detail: { row, policy, options, estimates },
  mayEstimate,
  mayDecide,
}: {
  detail: UseCaseDetail;
  mayEstimate: boolean;
  mayDecide: boolean;
}) {
  const acts = useWayActs(row);
  const ways = [...options].sort((a, b) => Number(a.isDropped) - Number(b.isDropped) || a.n - b.n);
  return (
    <Sheet title="Ways to do it" aside={mayEstimate ? <DescribeWay row={row} /> : null} flush>
      <DataTable
        label="Ways to do it"
        cards
        columns={[
          { title: "Way" },
          { title: "Chosen" },
          { title: "90-day return", isNumber: true },
          { title: "One-off", isNumber: true },
          { title: "Needs that are there", isNumber: true },
          { title: "Work, hours" },
          { title: "Acts", isTitleHidden: true },
        ]}
      >
        {ways.map((way) => {
          const latest = estimates.find(({ option }) => option === way.n) ?? null;
          return (
            <tr key={way.n}>
              <td>
                <strong>{way.name}</strong>
                {way.summary === "" ? null : <span className={table.sub}>{way.summary}</span>}
              </td>
              <td className={table.corner}>
                <Standing isChosen={way.n === row.option} isDropped={way.isDropped} />
              </td>
              <Figures latest={latest} />
              <td className={table.num}>{way.needed === 0 ? "nothing named" : `${way.there} of ${way.needed}`}</td>
              <td>{hoursShown(way.hours) || <span className="muted">not said</span>}</td>
              <td className={table.wholeRow}>
                <div className={styles.buttons}>
                  {way.isDropped ? (
                    mayEstimate ? (
                      <Button
                        size="small"
                        aria-label={`Take up ${way.name} again`}
                        onClick={() => acts.drop(way, false)}
                      >
                        Take up again
                      </Button>
                    ) : null
                  ) : (
                    <>
                      {mayEstimate ? <EstimateWay {...{ row, policy, way, latest }} /> : null}
                      {mayEstimate ? <DescribeWay row={row} way={way} /> : null}
                      {mayEstimate && way.n !== row.option ? (
                        <Button size="small" aria-label={`Drop ${way.name}`} onClick={() => acts.drop(way, true)}>
                          Drop
                        </Button>
                      ) : null}
                      {mayDecide && way.n !== row.option ? (
                        <Button size="small" aria-label={`Choose ${way.name}`} onClick={() => acts.choose(way)}>
                          Choose
                        </Button>
                      ) : null}
                    </>
                  )}
                </div>
              </td>
            </tr>
          );
        })}
      </DataTable>
    </Sheet>
  );
}

function Standing({ isChosen, isDropped }: { isChosen: boolean; isDropped: boolean }) {
  if (isChosen) return <StatusText status="ok">chosen</StatusText>;
  return <span className="muted">{isDropped ? "dropped" : "not chosen"}</span>;
}

function Figures({ latest }: { latest: EstimateRow | null }) {
  if (!latest)
    return (
      <td className={table.num} colSpan={2}>
        <StatusText status="unknown">nobody has estimated it</StatusText>
      </td>
    );
  const { figures, forecast } = latest;
  return (
    <>
      <td className={table.num}>
        {formatReturn(forecast.p10)} · <strong>{formatReturn(forecast.p50)}</strong> · {formatReturn(forecast.p90)}
      </td>
      <td className={table.num}>{formatMoney(Math.round(expectedOf(figures, "oneOffCents")), figures.currency)}</td>
    </>
  );
}

function EstimateWay({
  row,
  policy,
  way,
  latest,
}: {
  row: PortfolioRow;
  policy: ValuePolicy;
  way: WayRow;
  latest: EstimateRow | null;
}) {
  const { reset, ...sheet } = useEstimateSheet(row, policy, latest, way);
  return (
    <FormButton
      {...sheet}
      label={latest ? "Re-estimate" : "Estimate"}
      name={`Estimate ${way.name}`}
      size="small"
      onOpen={reset}
    />
  );
}

/** Choosing and dropping, each with its way back. */
function useWayActs(row: PortfolioRow) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: trpc.value.pathKey() });
  const refused = (cause: { message: string }) => toast(cause.message);
  const chosen = useMutation(trpc.value.chooseOption.mutationOptions({ onSettled: again, onError: refused }));
  const dropped = useMutation(trpc.value.dropOption.mutationOptions({ onSettled: again, onError: refused }));
  const choose = ({ n, name }: WayRow) =>
    chosen.mutate(
      { id: row.id, version: row.version, n },
      {
        onSuccess: () => {
          const back = () => chosen.mutate({ id: row.id, version: row.version + 1, n: row.option, why: "Undone" });
          toast(`${name} is chosen`, { action: { label: "Undo", onClick: back } });
        },
      },
    );
  const drop = ({ n, name }: WayRow, isDropped: boolean) =>
    dropped.mutate(
      { id: row.id, version: row.version, n, isDropped },
      {
        onSuccess: () => {
          const back = () => dropped.mutate({ id: row.id, version: row.version + 1, n, isDropped: !isDropped });
          toast(`${name} is ${isDropped ? "dropped" : "taken up again"}`, { action: { label: "Undo", onClick: back } });
        },
      },
    );
  return { choose, drop };
}
