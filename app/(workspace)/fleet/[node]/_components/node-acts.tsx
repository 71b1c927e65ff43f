"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import type { NodeDetail } from "@/server/fabric/queries";
import { useTRPC } from "../../../../_trpc/client";
import { BlastLine } from "../../../_blast/blast-line";
import { refusalOf } from "../../../../_trpc/refusal";

/** Naming a node, taking it out of service and back: each can be undone. */
export function NodeActs({ node }: { node: NodeDetail }) {
  return (
    <>
      <Rename node={node} />
      {node.status === "retired" ? <TakeBack node={node} /> : <Retire node={node} />}
    </>
  );
}

/** What is said of a change by the change itself, because an undo outlives the button that offers it. */
function useChange(done: string) {
  return {
    onSuccess: () => void toast(done),
    onError: (cause: { message: string }) => void toast(cause.message),
    ...useReadAgain(),
  };
}

/** What changes one node changes the lists that it stands in. */
function useReadAgain() {
  const client = useQueryClient();
  return { onSettled: () => client.invalidateQueries() };
}

function Rename({ node: { id, name } }: { node: NodeDetail }) {
  const trpc = useTRPC();
  const rename = useMutation(trpc.fleet.rename.mutationOptions(useReadAgain()));
  const undo = useMutation(trpc.fleet.rename.mutationOptions(useChange(`${id} has its former name again`)));
  const refusal = refusalOf(rename.error);
  return (
    <FormButton
      label="Rename"
      title={`What is ${id} called?`}
      verb="Rename"
      waits={rename.isPending}
      refusal={refusal}
      fields={["name"]}
      onOpen={() => rename.reset()}
      onSend={(typed, close) =>
        rename.mutate(
          { node: id, name: textOf(typed, "name").trim() || null },
          {
            onSuccess: () => {
              close();
              toast(`${id} is renamed`, {
                action: { label: "Undo", onClick: () => undo.mutate({ node: id, name }) },
              });
            },
          },
        )
      }
    >
      <TextField
        label="Name"
        name="name"
        defaultValue={name ?? ""}
        maxLength={100}
        autoComplete="off"
        hint={`What people call it. Empty shows its id, ${id}, which stays its name at the broker in any case.`}
        refusal={refusal}
      />
    </FormButton>
  );
}

function Retire({ node: { id, name } }: { node: NodeDetail }) {
  const trpc = useTRPC();
  const called = name ?? id;
  const retire = useMutation(trpc.fleet.retire.mutationOptions(useReadAgain()));
  const undo = useMutation(trpc.fleet.takeBack.mutationOptions(useChange(`${called} is in service again`)));
  return (
    <ConfirmButton
      size="normal"
      label="Retire"
      title={`Retire ${called}?`}
      verb="Retire"
      does={
        <>
          <BlastLine thing={{ kind: "node", node: id }} />
          <p>
            It is disconnected and its login is refused. The fleet no longer shows it; its streams and their history
            stay. You can take it back at any time, and it is then as it was.
          </p>
        </>
      }
      onConfirm={async () => {
        await retire.mutateAsync({ node: id });
        toast(`${called} is retired`, { action: { label: "Undo", onClick: () => undo.mutate({ node: id }) } });
      }}
    />
  );
}

function TakeBack({ node: { id, name } }: { node: NodeDetail }) {
  const takeBack = useMutation(
    useTRPC().fleet.takeBack.mutationOptions(
      useChange(
        `${name ?? id} is in service again, with the login it had. If the device was in other hands, renew it.`,
      ),
    ),
  );
  return (
    <Button look="primary" disabled={takeBack.isPending} onClick={() => takeBack.mutate({ node: id })}>
      Take back
    </Button>
  );
}
