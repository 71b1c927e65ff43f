"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { RefusalLine } from "@/components/ui/field";
import forms from "@/components/ui/form.module.css";
import { Sheet } from "@/components/ui/page";
import type { Person } from "@/server/identity/people-queries";
import { ROLE_WORDS } from "../../../../../_shell/roles";
import { useTRPC } from "../../../../../_trpc/client";
import { refusalOf } from "../../../../../_trpc/refusal";
import { RoleFields, roleTyped } from "../../_components/role-fields";

/** Gives somebody else a further role. */
export function GiveRole({ person: { id, name } }: { person: Person }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const give = useMutation(
    trpc.people.grantRole.mutationOptions({
      onSuccess: (_, { role }) => {
        toast(`${name} is now ${ROLE_WORDS[role]}. It holds from their next request on.`);
        return client.invalidateQueries({ queryKey: trpc.people.pathKey() });
      },
    }),
  );
  const refusal = refusalOf(give.error);
  return (
    <Sheet title="Give a role">
      <form
        className={forms.form}
        onSubmit={(event) => {
          event.preventDefault();
          give.mutate({ userId: id, ...roleTyped(new FormData(event.currentTarget)) });
        }}
      >
        <RoleFields refusal={refusal} />
        <RefusalLine refusal={refusal} fields={["role", "teamId"]} />
        <div>
          <Button type="submit" disabled={give.isPending}>
            Give the role
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
