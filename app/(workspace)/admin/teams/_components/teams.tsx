"use client";
import { useQuery } from "@tanstack/react-query";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { teamsVerdict } from "@/server/identity/domain/teams-verdict";
import { trail } from "../../../../_shell/registry";
import { useViewer } from "../../../../_shell/viewer";
import { ExportLink } from "../../../../_shell/views/list-actions";
import { useTRPC } from "../../../../_trpc/client";
import { EditSite } from "./edit-site";
import { EditTeam } from "./edit-team";
import { SiteTable } from "./site-table";
import { TeamTable } from "./team-table";

/** Sites and teams: who is in each team and what belongs to it. */
export function Teams() {
  const query = useQuery({ ...useTRPC().teams.list.queryOptions(), refetchInterval: 30_000 });
  const mayChange = useViewer()?.can["teams.manage"] === true;
  const { teams, sites } = query.data ?? { teams: [], sites: [] };
  return (
    <Page
      crumbs={trail("teams")}
      actions={
        <>
          <ExportLink list="teams" />
          {mayChange ? (
            <>
              <EditSite site={null} />
              <EditTeam team={null} sites={sites} />
            </>
          ) : null}
        </>
      }
    >
      <Headline title={query.data ? teamsVerdict(teams) : "Sites and teams"}>
        A node belongs to one team, and so does all it sends: technicians and data scientists see what is their teams’,
        everybody else sees all of it.
      </Headline>
      <Sheet title="Teams" flush>
        <ListStates
          asked={query}
          failed="The teams could not be read."
          rows={3}
          isEmpty={teams.length === 0}
          empty={<Empty title="There is no team" />}
        >
          <TeamTable teams={teams} sites={sites} mayChange={mayChange} />
        </ListStates>
      </Sheet>
      <Sheet title="Sites" flush>
        <ListStates
          asked={query}
          failed="The sites could not be read."
          rows={2}
          isEmpty={sites.length === 0}
          empty={
            <Empty title="There is no site yet">
              <p>A site gives its nodes a time zone, in which days and shifts of reports are cut.</p>
            </Empty>
          }
        >
          <SiteTable sites={sites} teams={teams} mayChange={mayChange} />
        </ListStates>
      </Sheet>
    </Page>
  );
}
