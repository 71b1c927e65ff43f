"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import { FIGURE_FIELDS, figuresTyped } from "@/server/value/domain/typed-figures";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import { FigureFields } from "./figure-fields";

/** Puts a use case at the door of the portfolio, with an estimate or without. */
export function Propose({ currency }: { currency: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const teams = useViewer()?.teams ?? [];
  const [withFigures, setWithFigures] = useState(true);
  const propose = useMutation(
    trpc.value.propose.mutationOptions({
      onSuccess: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
    }),
  );
  const refusal = refusalOf(propose.error);
  return (
    <FormButton
      label="Propose a use case"
      look="primary"
      title="Propose a use case"
      verb="Propose it"
      waits={propose.isPending}
      refusal={refusal}
      fields={["title", "summary", "teamId", ...FIGURE_FIELDS.map((field) => `figures.${field}`)]}
      onOpen={() => propose.reset()}
      onSend={(typed, close) => {
        const teamId = textOf(typed, "teamId");
        const title = textOf(typed, "title");
        propose.mutate(
          {
            title,
            summary: textOf(typed, "summary"),
            ...(teamId === "" ? {} : { teamId }),
            figures: withFigures ? figuresTyped((field) => textOf(typed, field), currency) : null,
          },
          {
            onSuccess: () => {
              toast(`“${title}” is proposed`);
              close();
            },
          },
        );
      }}
    >
      <TextField
        label="Title"
        name="title"
        required
        maxLength={200}
        autoComplete="off"
        hint="What gets better and where, such as Bearing wear, pump house."
        refusal={refusal}
      />
      <TextField label="In one line" name="summary" maxLength={500} autoComplete="off" refusal={refusal} />
      {teams.length > 1 ? (
        <SelectField label="Team" name="teamId" refusal={refusal}>
          {teams.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : null}
      <label className={forms.check}>
        <input type="checkbox" checked={withFigures} onChange={(event) => setWithFigures(event.target.checked)} />
        With a first estimate
      </label>
      {withFigures ? <FigureFields currency={currency} figures={null} refusal={refusal} /> : null}
    </FormButton>
  );
}
