"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import { numberTyped } from "@/server/value/domain/typed-figures";
import type { KpiRow } from "@/server/value/kpi-queries";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";

function useAgain() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return { onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }) };
}

/** A value that somebody read by hand; it says so wherever it is shown. */
export function EnterValue({ kpi }: { kpi: KpiRow }) {
  const enter = useMutation(useTRPC().value.enterKpiValue.mutationOptions(useAgain()));
  const refusal = refusalOf(enter.error);
  return (
    <FormButton
      label="Enter"
      name={`Enter a value of ${kpi.name}`}
      size="small"
      title={kpi.name}
      verb="Save the value"
      waits={enter.isPending}
      refusal={refusal}
      fields={["day", "value"]}
      onOpen={() => enter.reset()}
      onSend={(typed, close) =>
        enter.mutate(
          { id: kpi.id, version: kpi.version, day: textOf(typed, "day"), value: numberTyped(textOf(typed, "value")) },
          { onSuccess: close },
        )
      }
    >
      <TextField label="Day" name="day" type="date" required refusal={refusal} />
      <TextField
        label={`Value, ${kpi.unit}`}
        name="value"
        required
        inputMode="decimal"
        autoComplete="off"
        maxLength={20}
        refusal={refusal}
      />
    </FormButton>
  );
}

/** Says that one unit is worth what stands there. */
export function Approve({ kpi }: { kpi: KpiRow }) {
  const approve = useMutation(useTRPC().value.approveKpi.mutationOptions(useAgain()));
  return (
    <Button
      size="small"
      disabled={approve.isPending}
      onClick={() =>
        approve.mutate(
          { id: kpi.id, version: kpi.version },
          {
            onSuccess: () => toast(`What one ${kpi.unit} of ${kpi.name} is worth is approved`),
            onError: ({ message }) => toast.error(message),
          },
        )
      }
    >
      Approve
    </Button>
  );
}
