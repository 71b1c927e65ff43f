"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { NodeToken } from "./node-token";

/** Registers a node, as `throughline node add` does, and shows its token once. */
export function AddNode() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const viewer = useViewer();
  const add = useMutation(
    trpc.fleet.add.mutationOptions({ onSuccess: () => client.invalidateQueries({ queryKey: trpc.fleet.pathKey() }) }),
  );
  const refusal = refusalOf(add.error);
  return (
    <FormButton
      label="Add a node"
      look="primary"
      title={add.data ? `${add.data.node} may sign in` : "A new node"}
      verb="Make its token"
      waits={add.isPending}
      refusal={refusal}
      fields={["node", "site", "teamId"]}
      onOpen={() => add.reset()}
      onSend={(typed) =>
        add.mutate({
          node: textOf(typed, "node"),
          site: textOf(typed, "site") || null,
          teamId: textOf(typed, "teamId") || null,
          trusted: typed.get("trusted") === "on",
        })
      }
      result={add.data ? <NodeToken {...add.data} /> : null}
    >
      <TextField
        label="Id"
        name="node"
        required
        maxLength={63}
        autoComplete="off"
        hint="Small letters, digits, . _ and -, such as pump-house-1. It is its name at the broker and never changes."
        refusal={refusal}
      />
      <SelectField label="Site" name="site" refusal={refusal}>
        <option value="">no site</option>
        {(viewer?.sites ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField label="Team" name="teamId" refusal={refusal}>
        {(viewer?.teams ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <label className={forms.check}>
        <input type="checkbox" name="trusted" /> Accept the streams that it announces at once
      </label>
    </FormButton>
  );
}
