"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import forms from "@/components/ui/form.module.css";
import { textOf } from "@/components/ui/form-text";
import type { Imported } from "@/server/value/import-verbs";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import { base64Of, LARGEST_BYTES, TOO_LARGE } from "../../_import/file-bytes";
import { RowFaults } from "../../_import/row-faults";

/** Use cases and estimates from a CSV file. Where rows are wrong nothing goes in before somebody has read which, and why. */
export function ImportUseCases() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const teams = useViewer()?.teams ?? [];
  const [tooLarge, setTooLarge] = useState(false);
  const take = useMutation(
    trpc.value.importUseCases.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
    }),
  );
  const refusal = tooLarge ? TOO_LARGE : refusalOf(take.error);
  const report = take.data && take.data.faultCount > 0 && take.variables.onlyGood !== true ? take.data : null;
  return (
    <FormButton
      label="Import CSV"
      title="Use cases from a file"
      verb="Import"
      waits={take.isPending}
      refusal={refusal}
      fields={["file", "teamId"]}
      onOpen={() => {
        setTooLarge(false);
        take.reset();
      }}
      onSend={(typed, close) => {
        const file = typed.get("file");
        if (!(file instanceof File)) return;
        const isTooLarge = file.size > LARGEST_BYTES;
        setTooLarge(isTooLarge);
        if (isTooLarge) return;
        const teamId = textOf(typed, "teamId");
        void base64Of(file).then((text) =>
          take.mutate(
            { file: text, ...(teamId === "" ? {} : { teamId }) },
            {
              onSuccess: (imported) => {
                if (imported.faultCount > 0) return;
                toast(importWords(imported));
                close();
              },
            },
          ),
        );
      }}
      result={
        report ? (
          <Report
            report={report}
            waits={take.isPending}
            onTakeGood={() => {
              if (take.variables)
                take.mutate(
                  { ...take.variables, onlyGood: true },
                  { onSuccess: (imported) => toast(importWords(imported)) },
                );
            }}
          />
        ) : take.data && take.data.faultCount > 0 ? (
          <p role="status">{importWords(take.data)}</p>
        ) : null
      }
    >
      <TextField
        label="File"
        name="file"
        type="file"
        accept=".csv,text/csv"
        required
        hint="CSV in UTF-8 with the columns of the export. A title that is there already gets another estimate."
        refusal={refusal}
      />
      {teams.length > 1 ? (
        <SelectField label="Team" name="teamId" refusal={refusal}>
          {teams.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : null}
    </FormButton>
  );
}

function Report({ report, waits, onTakeGood }: { report: Imported; waits: boolean; onTakeGood: () => void }) {
  const { faults, faultCount, good } = report;
  return (
    <div className={forms.form}>
      <RowFaults faults={faults} faultCount={faultCount} />
      {good > 0 ? (
        <div className={forms.buttons}>
          <Button look="primary" disabled={waits} onClick={onTakeGood}>
            Import the {good} good {good === 1 ? "row" : "rows"} alone
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function importWords({ added, estimated, unchanged }: Imported): string {
  const parts = [
    added > 0 ? `${added} proposed` : "",
    estimated > 0 ? `${estimated} estimated anew` : "",
    unchanged > 0 ? `${unchanged} as they were` : "",
  ].filter(Boolean);
  return parts.length === 0 ? "The file holds no use case" : `Imported: ${parts.join(", ")}`;
}
