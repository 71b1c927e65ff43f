"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import type { ImportedValues } from "@/server/value/kpi-import-verbs";
import type { KpiRow } from "@/server/value/kpi-queries";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import { base64Of, LARGEST_BYTES, TOO_LARGE } from "../../_import/file-bytes";
import { RowFaults } from "../../_import/row-faults";

/** The days of a KPI that another system computes, from a CSV file. Where a row is wrong nothing goes in. */
export function ImportValues({ kpi }: { kpi: KpiRow }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [tooLarge, setTooLarge] = useState(false);
  const take = useMutation(
    trpc.value.importKpiValues.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
    }),
  );
  const refusal = tooLarge ? TOO_LARGE : refusalOf(take.error);
  return (
    <FormButton
      label="Import CSV"
      name={`Import values of ${kpi.name}`}
      size="small"
      title={`Days of ${kpi.name} from a file`}
      verb="Import"
      waits={take.isPending}
      refusal={refusal}
      fields={["file"]}
      onOpen={() => {
        setTooLarge(false);
        take.reset();
      }}
      onSend={(typed, close) => {
        const file = typed.get("file");
        if (!(file instanceof File)) return;
        setTooLarge(file.size > LARGEST_BYTES);
        if (file.size > LARGEST_BYTES) return;
        void base64Of(file).then((text) =>
          take.mutate(
            { id: kpi.id, version: kpi.version, file: text },
            {
              onSuccess: (imported) => {
                if (imported.faultCount > 0) return;
                toast(importedWords(imported));
                close();
              },
            },
          ),
        );
      }}
    >
      <TextField
        label="File"
        name="file"
        type="file"
        accept=".csv,text/csv"
        required
        hint={`CSV in UTF-8 with the columns day and value: 2026-11-28,12.5, in ${kpi.unit}. A day with another value gets another revision.`}
        refusal={refusal}
      />
      {take.data && take.data.faultCount > 0 ? <RowFaults {...take.data} /> : null}
    </FormButton>
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
