"use client";
import { lazy, Suspense, useState } from "react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import type { Status } from "@/server/fabric/domain/health";
import { formatMoney } from "@/server/value/domain/money-words";
import type { RequirementState } from "@/server/value/domain/requirements";
import type { UseCaseDetail } from "@/server/value/queries";

const NeedsEditor = lazy(() => import("./needs-editor").then((module) => ({ default: module.NeedsEditor })));

const STATUS: Readonly<Record<RequirementState, Status>> = {
  satisfied: "ok",
  degraded: "watch",
  missing: "bad",
  unknown: "unknown",
};

/** What it needs of the plant: capabilities, all of them, and of each any one provider; with the state of now. */
export function Needs({
  detail,
  needs,
  mayChange,
}: {
  detail: UseCaseDetail;
  /** of the way that is chosen */
  needs: UseCaseDetail["needs"];
  mayChange: boolean;
}) {
  const { row, options, policy } = detail;
  const { currency } = policy;
  const way = options.find(({ n }) => n === row.option)?.name;
  const [editing, setEditing] = useState(false);
  const there = row.capabilities.filter(({ state }) => state === "satisfied").length;
  return (
    <Sheet
      title={way === undefined ? "What it needs" : `What it needs: ${way}`}
      aside={
        <>
          {row.capabilities.length > 0 ? `${there} of ${row.capabilities.length} are there now ` : null}
          {mayChange && !editing ? (
            <Button size="small" onClick={() => setEditing(true)}>
              Change what it needs
            </Button>
          ) : null}
        </>
      }
      flush
    >
      {editing ? (
        <Suspense>
          <NeedsEditor detail={detail} onClose={() => setEditing(false)} />
        </Suspense>
      ) : needs.length === 0 ? (
        <Empty title="Nobody has said what it needs">
          <p>Name the streams, devices and models that it stands on; whether they are there is read from the plant.</p>
        </Empty>
      ) : (
        <DataTable
          label="What it needs"
          columns={[
            { title: "Capability" },
            { title: "State" },
            { title: "Provided by" },
            { title: "Cost to have it", isNumber: true },
          ]}
        >
          {row.capabilities.flatMap((capability) =>
            needs
              .filter((need) => need.capability === capability.capability)
              .map((need, index) => (
                <tr key={need.id}>
                  <td>{index === 0 ? <strong>{capability.capability}</strong> : <span className="muted">or</span>}</td>
                  <td>
                    <StatusText status={STATUS[need.state]}>{need.why}</StatusText>
                  </td>
                  <td>
                    <Provider need={need} />
                  </td>
                  <td className={table.num}>
                    {formatMoney(need.costCents, currency)}
                    {need.skill === null ? null : (
                      <span className={table.sub}>
                        {need.hours} h of {need.skill}
                      </span>
                    )}
                  </td>
                </tr>
              )),
          )}
        </DataTable>
      )}
    </Sheet>
  );
}

function Provider({ need: { label, streamId, nodeId } }: { need: UseCaseDetail["needs"][number] }) {
  if (label === null) return <span className="muted">still to be found</span>;
  if (streamId !== null) return <Link href={`/streams/${streamId}`}>{label}</Link>;
  return nodeId === null ? label : <Link href={`/fleet/${nodeId}`}>{label}</Link>;
}
