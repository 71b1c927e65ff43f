"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import forms from "@/components/ui/form.module.css";
import { textOf } from "@/components/ui/form-text";
import type { Imported } from "@/server/value/import-verbs";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import { ImportButton } from "../../_import/import-button";
import { RowFaults } from "../../_import/row-faults";

/** Use cases and estimates from a CSV file. Where rows are wrong nothing goes in before somebody has read which, and why. */
export function ImportUseCases() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const teams = useViewer()?.teams ?? [];
  const take = useMutation(
    trpc.value.importUseCases.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
    }),
  );
  const { data, variables } = take;
  const hasFaults = data !== undefined && data.faultCount > 0;
  return (
    <ImportButton
      title="Use cases from a file"
      hint="CSV in UTF-8 with the columns of the export. A title that is there already gets another estimate."
      take={take}
      sentOf={(file, typed) => {
        const teamId = textOf(typed, "teamId");
        return { file, ...(teamId === "" ? {} : { teamId }) };
      }}
      words={importWords}
      fields={["teamId"]}
      result={
        hasFaults && variables?.onlyGood !== true ? (
          <Report
            report={data}
            waits={take.isPending}
            onTakeGood={() => {
              if (!variables) return;
              take.mutate({ ...variables, onlyGood: true }, { onSuccess: (imported) => toast(importWords(imported)) });
            }}
          />
        ) : hasFaults ? (
          <p role="status">{importWords(data)}</p>
        ) : null
      }
    >
      {teams.length > 1 ? (
        <SelectField label="Team" name="teamId" refusal={refusalOf(take.error)}>
          {teams.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : null}
    </ImportButton>
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
