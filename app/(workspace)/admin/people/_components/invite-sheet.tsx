"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { RefusalLine, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { OneTimeLink } from "./one-time-link";
import { RoleFields, roleTyped } from "./role-fields";

/** Adds somebody with a first role, and shows the link with which they set their password. */
export function InviteSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const add = useMutation(
    trpc.people.add.mutationOptions({ onSuccess: () => client.invalidateQueries({ queryKey: trpc.people.pathKey() }) }),
  );
  const refusal = refusalOf(add.error);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={add.data ? `${name} may come in` : "Invite a person"}>
      {add.data?.token ? (
        <div className={forms.form}>
          <OneTimeLink token={add.data.token} />
          <div className={forms.buttons}>
            <Link href={`/admin/people/${add.data.userId}`}>Open their page</Link>
          </div>
        </div>
      ) : (
        <form
          className={forms.form}
          onSubmit={(event) => {
            event.preventDefault();
            const typed = new FormData(event.currentTarget);
            setName(textOf(typed, "name"));
            add.mutate({
              name: textOf(typed, "name"),
              email: textOf(typed, "email"),
              withLink: true,
              ...roleTyped(typed),
            });
          }}
        >
          <TextField label="Name" name="name" required maxLength={200} autoComplete="off" refusal={refusal} />
          <TextField
            label="E-mail"
            name="email"
            type="email"
            required
            maxLength={254}
            autoComplete="off"
            hint="They sign in with it. No mail is sent: you hand the link over yourself."
            refusal={refusal}
          />
          <RoleFields refusal={refusal} />
          <RefusalLine refusal={refusal} fields={["name", "email", "role", "teamId"]} />
          <div className={forms.buttons}>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button look="primary" type="submit" disabled={add.isPending}>
              Make the link
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
