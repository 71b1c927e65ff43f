"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormButton } from "@/components/ui/form-button";
import { useTRPC } from "../../../../../_trpc/client";
import { refusalOf } from "../../../../../_trpc/refusal";
import { OneTimeLink } from "../../_components/one-time-link";

/** The way back in for who forgot their password: says what the link does, makes it, and shows it once. */
export function ResetLink({ userId, name }: { userId: string; name: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const issue = useMutation(
    trpc.people.issueReset.mutationOptions({
      onSuccess: () => client.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
    }),
  );
  return (
    <FormButton
      label="New password"
      title={`A new password for ${name}`}
      verb="Make the link"
      waits={issue.isPending}
      refusal={refusalOf(issue.error)}
      fields={[]}
      onOpen={() => issue.reset()}
      onSend={() => issue.mutate({ userId })}
      result={issue.data ? <OneTimeLink token={issue.data.token} /> : null}
    >
      <p>
        You get a link for {name} to set a new password with. Until they use it, their present password holds and
        nothing changes; when they do, they are signed out everywhere. Both are written to the audit log.
      </p>
    </FormButton>
  );
}
