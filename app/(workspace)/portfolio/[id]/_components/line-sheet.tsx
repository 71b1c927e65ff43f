"use client";
import Link from "next/link";
import { LineGraph } from "@/components/line/line-graph";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { BlockSkeleton, Failed } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import type { LineFacts } from "@/server/value/line-queries";
import type { UseCaseDetail } from "@/server/value/queries";
import { GRAPH_KINDS, graphOf, graphSentence, type UseCaseGraph } from "./line-graph";

/** The line of a use case as a graph, from the outcomes that want it down to the nodes that carry it: a sentence, the graph, and the same as a table. */
export function LineSheet({
  detail,
  line,
}: {
  detail: UseCaseDetail;
  /** what the page asks for, for the row above it too */
  line: { data: LineFacts | undefined; isError: boolean; refetch: () => Promise<unknown> };
}) {
  if (!line.data)
    return (
      <Sheet title="Its line, part by part">
        {line.isError ? (
          <Failed what="What it stands on could not be read." onRetry={() => void line.refetch()} />
        ) : (
          <BlockSkeleton height={200} />
        )}
      </Sheet>
    );
  const graph = graphOf(detail, line.data);
  const says = graphSentence(graph);
  return (
    <Sheet title="Its line, part by part" flush>
      <p className={table.above}>{says}</p>
      <LineGraph kinds={GRAPH_KINDS} {...graph} label={`From the outcome down to the plant. ${says}`} />
      <details className={table.fold}>
        <summary>As a table</summary>
        <PartTable {...graph} />
      </details>
    </Sheet>
  );
}

function PartTable({ parts, links }: UseCaseGraph) {
  const names = new Map(parts.map(({ id, label }) => [id, label]));
  return (
    <DataTable
      label="The line as a table"
      columns={[{ title: "Part" }, { title: "Kind" }, { title: "State" }, { title: "Stands on" }]}
    >
      {[...parts]
        .sort((a, b) => kindOrder(a.kind) - kindOrder(b.kind))
        .map(({ id, label, kind, status, reason, href }) => (
          <tr key={id}>
            <td>{href === undefined ? label : <Link href={href}>{label}</Link>}</td>
            <td>{kind}</td>
            <td>
              <StatusText status={status}>{reason}</StatusText>
            </td>
            <td className="muted">
              {links.flatMap(({ from, to }) => (from === id ? (names.get(to) ?? []) : [])).join(", ") || "–"}
            </td>
          </tr>
        ))}
    </DataTable>
  );
}

const kindOrder = (kind: string) => GRAPH_KINDS.findIndex((one) => one === kind);
