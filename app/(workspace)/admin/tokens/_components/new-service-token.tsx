"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { NewToken, tokenTyped } from "@/components/access/new-token";
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
    <NewToken
      waits={create.isPending}
      refusal={refusal}
      token={create.data?.token}
      onMake={(typed) => create.mutate({ ...tokenTyped(typed), ...roleTyped(typed) })}
      also={["role", "teamId"]}
    >
      <RoleFields refusal={refusal} />
    </NewToken>
  );
}
