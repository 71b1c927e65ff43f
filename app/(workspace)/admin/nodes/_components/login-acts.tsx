"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { SelectField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import type { NodeLogin } from "@/server/fabric/node-queries";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { NodeToken } from "./node-token";
import styles from "./nodes.module.css";

/** Renewing a node's login, taking it away, and giving the node to another team. */
export function LoginActs({ node }: { node: NodeLogin }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const again = { onSuccess: () => client.invalidateQueries({ queryKey: trpc.fleet.pathKey() }) };
  const renew = useMutation(trpc.fleet.renewLogin.mutationOptions(again));
  const revoke = useMutation(trpc.fleet.revokeLogin.mutationOptions(again));
  const move = useMutation(trpc.fleet.move.mutationOptions(again));
  const teams = useViewer()?.teams ?? [];
  if (node.status === "retired") return <span className="muted">retired</span>;
  return (
    <span className={styles.acts}>
      <FormButton
        label={node.loginSetMs === null ? "Give a login" : "Renew"}
        name={`${node.loginSetMs === null ? "Give a login to" : "Renew the login of"} ${node.id}`}
        size="small"
        title={`A new token for ${node.id}`}
        verb="Make the token"
        waits={renew.isPending}
        refusal={refusalOf(renew.error)}
        fields={[]}
        onOpen={() => renew.reset()}
        onSend={() => renew.mutate({ node: node.id })}
        result={renew.data ? <NodeToken {...renew.data} /> : null}
      >
        <p>
          {node.loginSetMs === null
            ? "The node may sign in from then on."
            : "The old token is refused at once and what is connected with it is disconnected. The node holds its readings back until it has the new one."}
        </p>
      </FormButton>
      {teams.length > 1 ? (
        <FormButton
          label="Move"
          name={`Move ${node.id} to another team`}
          size="small"
          title={`Whose is ${node.id}?`}
          verb="Move"
          waits={move.isPending}
          refusal={refusalOf(move.error)}
          fields={["teamId"]}
          onOpen={() => move.reset()}
          onSend={(typed, close) =>
            move.mutate(
              { node: node.id, teamId: textOf(typed, "teamId") },
              {
                onSuccess: () => {
                  close();
                  toast(`${node.id} is moved`, {
                    action: { label: "Undo", onClick: () => move.mutate({ node: node.id, teamId: node.teamId }) },
                  });
                },
              },
            )
          }
        >
          <SelectField label="Team" name="teamId" defaultValue={node.teamId} refusal={refusalOf(move.error)}>
            {teams.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          <p>
            Its streams, their history and its refused messages go with it: technicians and data scientists of{" "}
            {node.teamName} no longer see them.
          </p>
        </FormButton>
      ) : null}
      {node.loginSetMs === null ? null : (
        <ConfirmButton
          label="Revoke"
          name={`Revoke the login of ${node.id}`}
          title={`Revoke the login of ${node.id}?`}
          verb="Revoke"
          does={
            <p>
              It is disconnected and refused until somebody gives it a new token. What it sent stays; what it reads
              meanwhile it keeps in its own buffer, as long as that lasts.
            </p>
          }
          onConfirm={() => revoke.mutateAsync({ node: node.id })}
        />
      )}
    </span>
  );
}
