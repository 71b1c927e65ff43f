"use client";
import { useMutation } from "@tanstack/react-query";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import type { MeasuredRow } from "@/server/measured/queries";
import { centsOf, numberTyped } from "@/server/value/domain/typed-figures";
import type { PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { useMeasuredAgain } from "./use-measured-again";

/** Something else that moved the KPI, written down in money with its reason. */
export function Adjust({ row, live }: { row: PortfolioRow; live: MeasuredRow }) {
  const adjust = useMutation(useTRPC().measured.adjust.mutationOptions(useMeasuredAgain()));
  const refusal = refusalOf(adjust.error);
  return (
    <FormButton
      label="Adjust"
      name={`Adjust what ${row.title} earned`}
      size="small"
      title="Something else happened"
      verb="Write it down"
      waits={adjust.isPending}
      refusal={refusal}
      fields={["day", "cents", "reason"]}
      onOpen={() => adjust.reset()}
      onSend={(typed, close) =>
        adjust.mutate(
          {
            ...{ id: row.id, version: row.version, day: textOf(typed, "day"), reason: textOf(typed, "reason") },
            cents: centsOf(numberTyped(textOf(typed, "cents").replace("−", "-"))),
          },
          { onSuccess: close },
        )
      }
    >
      <TextField label="Day" name="day" type="date" required min={live.liveOn} refusal={refusal} />
      <TextField
        label={`Amount, ${live.currency}`}
        name="cents"
        required
        inputMode="decimal"
        autoComplete="off"
        maxLength={20}
        hint="What it did not earn by itself goes off with a minus, what it was kept from earning comes on."
        refusal={refusal}
      />
      <TextField
        label="What happened"
        name="reason"
        required
        maxLength={500}
        autoComplete="off"
        hint="It stays written down; the opposite amount takes it back."
        refusal={refusal}
      />
    </FormButton>
  );
}
