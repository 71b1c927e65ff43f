"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { DataTable } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { granterOf, mayGrant } from "@/server/core/domain/permissions";
import type { GivenRole, Person } from "@/server/identity/people-queries";
import { ROLE_WORDS } from "../../../../../_shell/roles";
import { useViewer } from "../../../../../_shell/viewer";
import { useTRPC } from "../../../../../_trpc/client";

const COLUMNS = [
  { title: "Role" },
  { title: "Where" },
  { title: "Given by" },
  { title: "Since" },
  { title: "Take away", isTitleHidden: true },
];

/** What somebody holds, who gave it, and the way to take it away for whom it is theirs to take. */
export function Roles({ person }: { person: Person }) {
  return (
    <Sheet title="Roles" flush>
      {person.roles.length === 0 ? (
        <Empty title="They hold no role">
          <p>Without one they can sign in, and find nothing.</p>
        </Empty>
      ) : (
        <DataTable label="Roles" columns={COLUMNS}>
          {person.roles.map((held) => (
            <tr key={`${held.role}${held.teamId ?? ""}`}>
              <td>{ROLE_WORDS[held.role]}</td>
              <td>{held.teamName ?? "everywhere"}</td>
              <td>{held.givenBy}</td>
              <td>
                <Moment ms={held.givenMs} />
              </td>
              <td>
                <TakeRole person={person} held={held} />
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </Sheet>
  );
}

function TakeRole({ person, held }: { person: Person; held: GivenRole }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const viewer = useViewer();
  const again = { onSettled: () => client.invalidateQueries({ queryKey: trpc.people.pathKey() }) };
  const take = useMutation(trpc.people.revokeRole.mutationOptions(again));
  const give = useMutation(trpc.people.grantRole.mutationOptions(again));
  const taker = { kind: "user", memberships: (viewer?.roles ?? []).map((role) => ({ role, teamId: null })) } as const;
  if (!viewer?.can["roles.grant"]) return null;
  if (!mayGrant(taker, held.role))
    return (
      <span className="muted">
        {granterOf(held.role) === "chair" ? "the chair’s to take" : "an administrator’s to take"}
      </span>
    );
  if (person.isOnlyAdmin && held.role === "admin") return <span className="muted">the last administrator stays</span>;
  const emptiesChair = person.isOnlyChair && held.role === "chair";
  const { role, teamId } = held;
  const word = `${ROLE_WORDS[role]}${held.teamName ? `, ${held.teamName}` : ""}`;
  const isSelf = viewer.user.id === person.id;
  return (
    <ConfirmButton
      label="Take away"
      name={`Take away ${word}`}
      title={`Take ${word} from ${person.name}?`}
      verb="Take away"
      does={
        <>
          <p>
            From the next request on they may do only what their other roles allow. They are signed out and sign in
            again with what is left.
          </p>
          {isSelf ? <p role="note">This is your own role; somebody else would have to give it back.</p> : null}
          {emptiesChair ? (
            <p role="note">
              This leaves the chair’s seat empty: nobody can give or take a seat on the council then, and only the
              command line of the machine can fill it. Give the seat to somebody first if that is not what you mean.
            </p>
          ) : null}
        </>
      }
      onConfirm={async () => {
        await take.mutateAsync({ userId: person.id, role, teamId, ...(emptiesChair ? { emptyChair: true } : {}) });
        toast(`${person.name} is no longer ${word}`, {
          ...(isSelf
            ? {}
            : {
                action: {
                  label: "Undo",
                  onClick: () =>
                    give.mutate({ userId: person.id, role, teamId }, { onError: (cause) => toast(cause.message) }),
                },
              }),
        });
      }}
    />
  );
}
