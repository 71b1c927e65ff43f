"use client";
import { useQuery } from "@tanstack/react-query";
import { Headline, Page } from "@/components/ui/page";
import { StatusShape } from "@/components/ui/status";
import { personVerdict } from "@/server/identity/domain/person-verdict";
import { useClock } from "../../../../../_shell/refresh";
import { trail } from "../../../../../_shell/registry";
import { useViewer } from "../../../../../_shell/viewer";
import { useTRPC } from "../../../../../_trpc/client";
import { AccountActs } from "./account-acts";
import { Changes } from "./changes";
import { GiveRole } from "./give-role";
import { Roles } from "./roles";
import { Sessions } from "./sessions";
import { Tokens } from "./tokens";

/** One person: what they may do and since when, where they are signed in, what acts for them, and what they did. */
export function Person({ id }: { id: string }) {
  const query = useQuery({ ...useTRPC().people.get.queryOptions({ userId: id }), refetchInterval: 30_000 });
  const viewer = useViewer();
  const now = useClock() ?? query.dataUpdatedAt;
  const person = query.data;
  if (!person) return null; // the page fetched it, and answers for whom it cannot
  const verdict = personVerdict(person, now);
  return (
    <Page
      crumbs={trail("people", { label: person.name })}
      actions={viewer?.can["users.manage"] ? <AccountActs person={person} isSelf={viewer.user.id === id} /> : null}
    >
      <Headline title={verdict.title} aside={person.email} shape={<StatusShape status={verdict.status} size={14} />}>
        {verdict.detail}
      </Headline>
      <Roles person={person} />
      {viewer?.can["roles.grant"] && viewer.user.id !== id && !person.disabled ? <GiveRole person={person} /> : null}
      {viewer?.can["sessions.manage"] ? <Sessions userId={id} name={person.name} /> : null}
      {viewer?.can["tokens.manage"] ? <Tokens userId={id} name={person.name} /> : null}
      <Changes userId={id} />
    </Page>
  );
}
