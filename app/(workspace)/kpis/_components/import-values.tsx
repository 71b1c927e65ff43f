"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ImportedValues } from "@/server/value/kpi-import-verbs";
import type { KpiRow } from "@/server/value/kpi-queries";
import { useTRPC } from "../../../_trpc/client";
import { ImportButton } from "../../_import/import-button";
import { RowFaults } from "../../_import/row-faults";

/** The days of a KPI that another system computes, from a CSV file. Where a row is wrong nothing goes in. */
export function ImportValues({ kpi: { id, version, name, unit } }: { kpi: KpiRow }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const take = useMutation(
    trpc.value.importKpiValues.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
    }),
  );
  return (
    <ImportButton
      name={`Import values of ${name}`}
      size="small"
      title={`Days of ${name} from a file`}
      hint={`CSV in UTF-8 with the columns day and value: 2026-11-28,12.5, in ${unit}. A day with another value gets another revision.`}
      take={take}
      sentOf={(file) => ({ id, version, file })}
      words={importedWords}
    >
      {take.data && take.data.faultCount > 0 ? <RowFaults {...take.data} /> : null}
    </ImportButton>
  );
}

function importedWords({ added, revised, unchanged }: ImportedValues): string {
  const parts = [
    ...(added > 0 ? [`${added} ${added === 1 ? "day" : "days"} new`] : []),
    ...(revised > 0 ? [`${revised} revised`] : []),
    ...(unchanged > 0 ? [`${unchanged} as they were`] : []),
  ];
  return parts.length === 0 ? "The file holds no day" : `Imported: ${parts.join(", ")}`;
}
