"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Button } from "@/components/ui/button";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Failed, TableSkeleton } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import { HOME_ROLES, homeRolesOf, homeVerdict, needsOf, type HomeRole } from "@/server/home/domain/home";
import { Freshness, useRefresh } from "../../_shell/refresh";
import { trail } from "../../_shell/registry";
import { useScope } from "../../_shell/use-scope";
import { useViewer } from "../../_shell/viewer";
import { useTRPC } from "../../_trpc/client";
import { AddNode } from "../fleet/_components/add-node";
import { Changes, Needs } from "./lists";
import { LookAt } from "./look-at";
import { PanelOf } from "./panels";
import styles from "./home.module.css";

const ROLE_NAMES: Readonly<Record<HomeRole, string>> = {
  executive: "Executive",
  council: "Council",
  "data-scientist": "Data scientist",
  technician: "Technician",
  admin: "Administrator",
  auditor: "Auditor",
};

/** The first page of a role: the verdict in a sentence, what needs this person, what changed, and what their role looks at. */
export function Home() {
  const { intervalMs, control } = useRefresh(10_000);
  const viewer = useViewer();
  const [as, setAs] = useQueryState("as", parseAsStringLiteral(HOME_ROLES));
  const { scope } = useScope();
  const query = useQuery({
    ...useTRPC().home.facts.queryOptions(scope),
    refetchInterval: intervalMs,
    placeholderData: keepPreviousData,
  });
  const homes = homeRolesOf(viewer?.roles ?? []);
  const role = as !== null && homes.includes(as) ? as : (homes[0] ?? "technician");
  const facts = query.data;
  const verdict = facts ? homeVerdict(role, facts) : null;
  return (
    <Page
      crumbs={viewer?.org.name ? [{ label: viewer.org.name }, ...trail("home")] : trail("home")}
      actions={
        <>
          {facts ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError || query.isRefetchError} /> : null}
          {control}
        </>
      }
    >
      {verdict ? (
        <Headline title={verdict.title} shape={<StatusShape status={verdict.status} size={14} />}>
          {verdict.detail}
        </Headline>
      ) : (
        <Headline title="Home" />
      )}
      {homes.length > 1 ? (
        <div className={styles.roles} role="group" aria-label="Seen as">
          {homes.map((home) => (
            <Button
              key={home}
              size="small"
              look={home === role ? "plain" : "quiet"}
              aria-pressed={home === role}
              onClick={() => void setAs(home)}
            >
              {ROLE_NAMES[home]}
            </Button>
          ))}
        </div>
      ) : null}
      {query.isError && !facts ? (
        <Sheet flush>
          <Failed
            what="The state of the plant could not be read."
            still="Devices keep sending and nothing is lost."
            onRetry={() => void query.refetch()}
          />
        </Sheet>
      ) : null}
      {query.isPending ? (
        <Sheet flush>
          <TableSkeleton rows={4} columns={3} />
        </Sheet>
      ) : null}
      {facts?.fleet.nodes === 0 ? (
        <Sheet flush>
          <AddNode />
        </Sheet>
      ) : null}
      {facts && facts.fleet.nodes > 0 ? (
        <div className={styles.grid}>
          <div className={styles.column}>
            <LookAt />
            <Needs needs={needsOf(role, facts)} />
            <PanelOf role={role} facts={facts} />
          </div>
          <Changes changes={facts.changes} nowMs={facts.nowMs} />
        </div>
      ) : null}
    </Page>
  );
}
