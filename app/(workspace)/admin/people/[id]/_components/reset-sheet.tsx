"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { RefusalLine } from "@/components/ui/field";
import forms from "@/components/ui/form.module.css";
import { useTRPC } from "../../../../../_trpc/client";
import { refusalOf } from "../../../../../_trpc/refusal";
import { OneTimeLink } from "../../_components/one-time-link";

interface ResetSheetProps {
  userId: string;
  name: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Says what a link for a new password does, makes it, and shows it once. */
export function ResetSheet({ userId, name, open, onOpenChange }: ResetSheetProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const issue = useMutation(
    trpc.people.issueReset.mutationOptions({
      onSuccess: () => client.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
    }),
  );
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`A new password for ${name}`}>
      <div className={forms.form}>
        {issue.data ? (
          <OneTimeLink token={issue.data.token} />
        ) : (
          <>
            <p>
              You get a link for {name} to set a new password with. Until they use it, their present password holds and
              nothing changes; when they do, they are signed out everywhere. Both are written to the audit log.
            </p>
            <RefusalLine refusal={refusalOf(issue.error)} fields={[]} />
            <div className={forms.buttons}>
              <Button onClick={() => onOpenChange(false)}>Cancel</Button>
              <Button look="primary" disabled={issue.isPending} onClick={() => issue.mutate({ userId })}>
                Make the link
              </Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}
