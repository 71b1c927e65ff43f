"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { TokenFields, tokenTyped } from "@/components/access/token-fields";
import { Button } from "@/components/ui/button";
import forms from "@/components/ui/form.module.css";
import { Sheet } from "@/components/ui/page";
import { ShownOnce } from "@/components/ui/shown-once";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { RoleFields, roleTyped } from "../../people/_components/role-fields";

/** Makes a token with a role of its own, and shows it once. */
export function NewServiceToken() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: () => client.invalidateQueries({ queryKey: trpc.tokens.pathKey() }),
    }),
  );
  const refusal = refusalOf(create.error);
  return (
    <Sheet title="A new token">
      <form
        className={forms.form}
        onSubmit={(event) => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget);
          create.mutate({ ...tokenTyped(typed), ...roleTyped(typed) });
        }}
      >
        <TokenFields refusal={refusal} also={["role", "teamId"]} />
        <RoleFields refusal={refusal} />
        <div>
          <Button type="submit" look="primary" disabled={create.isPending}>
            Make the token
          </Button>
        </div>
        {create.data ? (
          <ShownOnce value={create.data.token}>
            It is shown this once. Keep it where the program finds it and nobody else.
          </ShownOnce>
        ) : null}
      </form>
    </Sheet>
  );
}
