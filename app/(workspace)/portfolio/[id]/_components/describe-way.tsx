"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import { hoursShown, hoursTyped } from "@/server/value/domain/ways";
import type { PortfolioRow, WayRow } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";

/** Describes another way to do it, or (with `way`) that one anew. `isFirst`: so far there is one way, which gets its name with this. */
export function DescribeWay({ row, way, isFirst = false }: { row: PortfolioRow; way?: WayRow; isFirst?: boolean }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const again = { onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }) };
  const add = useMutation(trpc.value.addOption.mutationOptions(again));
  const change = useMutation(trpc.value.changeOption.mutationOptions(again));
  const refusal = refusalOf(way ? change.error : add.error);
  return (
    <FormButton
      label={way ? "Change" : "Describe another way"}
      name={way ? `Change ${way.name}` : "Describe another way"}
      size="small"
      title={way ? `Change ${way.name}` : `Another way to do ${row.title}`}
      verb={way ? "Save it" : "Add this way"}
      waits={add.isPending || change.isPending}
      refusal={refusal}
      fields={["name", "summary", "hours", ...(isFirst ? ["first"] : [])]}
      onOpen={() => {
        add.reset();
        change.reset();
      }}
      onSend={(typed, close) => {
        const said = {
          ...{ id: row.id, version: row.version, name: textOf(typed, "name"), summary: textOf(typed, "summary") },
          hours: hoursTyped(textOf(typed, "hours")),
        };
        const done = (sentence: string) => ({
          onSuccess: () => {
            toast(sentence);
            close();
          },
        });
        if (way) change.mutate({ ...said, n: way.n }, done(`${said.name} is saved`));
        else
          add.mutate(
            { ...said, ...(isFirst ? { first: textOf(typed, "first") } : {}) },
            done(`${said.name} is described; estimate it next`),
          );
      }}
    >
      {isFirst ? (
        <TextField
          label="The way it is described so far"
          name="first"
          defaultValue="As first described"
          required
          maxLength={100}
          autoComplete="off"
          hint="With a second way the first one gets a name too."
          refusal={refusal}
        />
      ) : null}
      <TextField
        label={way ? "Name" : "The other way"}
        name="name"
        defaultValue={way?.name ?? ""}
        required
        maxLength={100}
        autoComplete="off"
        placeholder="One acoustic camera"
        refusal={refusal}
      />
      <TextField
        label="What it is"
        name="summary"
        defaultValue={way?.summary ?? ""}
        maxLength={500}
        autoComplete="off"
        refusal={refusal}
      />
      <TextField
        label="Work, hours by skill"
        name="hours"
        defaultValue={hoursShown(way?.hours ?? {})}
        maxLength={500}
        autoComplete="off"
        hint="Such as: controls 40, data science 12. Beside the work for the things that it needs."
        refusal={refusal}
      />
    </FormButton>
  );
}
