"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import type { Person } from "@/server/identity/people-queries";
import { useTRPC } from "../../../../../_trpc/client";
import { ResetLink } from "./reset-link";

const EMPTY_CHAIR =
  "They are the only chair. While the seat is empty nobody can give or take a seat on the council, and only the command line of the machine can fill it.";

/** Letting somebody in and out. */
export function AccountActs({
  person: { id, name, disabled, isOnlyChair },
  isSelf,
}: {
  person: Person;
  isSelf: boolean;
}) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const again = { onSettled: () => client.invalidateQueries({ queryKey: trpc.people.pathKey() }) };
  const disable = useMutation(trpc.people.disable.mutationOptions(again));
  const enable = useMutation(trpc.people.enable.mutationOptions(again));
  const [asked, setAsked] = useState(0);
  const letIn = () =>
    enable.mutate(
      { userId: id },
      { onSuccess: () => toast(`${name} may sign in again`), onError: (cause) => toast(cause.message) },
    );
  if (disabled)
    return (
      <Button look="primary" disabled={enable.isPending} onClick={letIn}>
        Let in again
      </Button>
    );
  return (
    <>
      <ConfirmButton
        key={asked}
        size="normal"
        label="Disable"
        title={isSelf ? "Disable your own account?" : `Disable ${name}?`}
        verb="Disable"
        does={
          <>
            <p>
              {isSelf ? "You are" : "They are"} signed out everywhere with the next request, and every token of theirs
              is refused. Roles stay, so letting {isSelf ? "you" : "them"} in again restores everything but the
              sessions.
            </p>
            {isOnlyChair ? <p role="note">{EMPTY_CHAIR}</p> : null}
          </>
        }
        onConfirm={async () => {
          await disable.mutateAsync({ userId: id, ...(isOnlyChair ? { emptyChair: true } : {}) });
          setAsked((times) => times + 1);
          toast(`${name} is disabled`, { action: { label: "Undo", onClick: letIn } });
        }}
      />
      <ResetLink userId={id} name={name} />
    </>
  );
}
