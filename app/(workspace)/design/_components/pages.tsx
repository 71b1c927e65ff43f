"use client";
import dynamic from "next/dynamic";
import type { ReactNode } from "react";
import { FLEET } from "./samples/fleet";
import { JOBS } from "./samples/jobs";
import { MEASURED } from "./samples/measured";
import { PEOPLE } from "./samples/people";
import { VALUE } from "./samples/value";

// Each comes by itself: together they are every page there is.
const Audit = dynamic(() => import("../../admin/audit/_components/audit").then((module) => module.Audit));
const Fleet = dynamic(() => import("../../fleet/_components/fleet").then((module) => module.Fleet));
const Home = dynamic(() => import("../../_home/home").then((module) => module.Home));
const Inbox = dynamic(() => import("../../inbox/notifications/_components/inbox").then((module) => module.Inbox));
const Jobs = dynamic(() => import("../../admin/jobs/_components/jobs").then((module) => module.Jobs));
const Kpi = dynamic(() => import("../../kpis/[id]/_components/kpi").then((module) => module.Kpi));
const Kpis = dynamic(() => import("../../kpis/_components/kpis").then((module) => module.Kpis));
const Measured = dynamic(() =>
  import("../../portfolio/measured/_components/overview").then((module) => module.MeasuredOverview),
);
const Node = dynamic(() => import("../../fleet/[node]/_components/node-page").then((module) => module.NodePage));
const NodeLogins = dynamic(() =>
  import("../../admin/nodes/_components/node-logins").then((module) => module.NodeLogins),
);
const Outcome = dynamic(() => import("../../outcomes/[id]/_components/outcome").then((module) => module.Outcome));
const Outcomes = dynamic(() => import("../../outcomes/_components/outcomes").then((module) => module.Outcomes));
const OwnJobs = dynamic(() => import("../../jobs/_components/own-jobs").then((module) => module.OwnJobs));
const People = dynamic(() => import("../../admin/people/_components/people").then((module) => module.People));
const Person = dynamic(() => import("../../admin/people/[id]/_components/person").then((module) => module.Person));
const Plan = dynamic(() => import("../../portfolio/plan/_components/plan").then((module) => module.Plan));
const Portfolio = dynamic(() => import("../../portfolio/_components/portfolio").then((module) => module.Portfolio));
const Quarantine = dynamic(() =>
  import("../../inbox/quarantine/_components/quarantine").then((module) => module.Quarantine),
);
const Roles = dynamic(() => import("../../admin/roles/_components/roles").then((module) => module.Roles));
const RunPage = dynamic(() => import("../../jobs/_components/run-page").then((module) => module.RunPage));
const ServiceTokens = dynamic(() =>
  import("../../admin/tokens/_components/service-tokens").then((module) => module.ServiceTokens),
);
const Sessions = dynamic(() => import("../../account/_components/sessions").then((module) => module.Sessions));
const Streams = dynamic(() => import("../../streams/_components/streams").then((module) => module.Streams));
const System = dynamic(() => import("../../admin/system/_components/system").then((module) => module.System));
const Teams = dynamic(() => import("../../admin/teams/_components/teams").then((module) => module.Teams));
const Tokens = dynamic(() => import("../../account/_components/tokens").then((module) => module.Tokens));
const UseCase = dynamic(() => import("../../portfolio/[id]/_components/use-case").then((module) => module.UseCase));

export interface PageSpecimen {
  name: string;
  page: ReactNode;
  /** Parameters of its address. */
  address?: string;
  /** What answers in every state, so that the states of the lists on the page are seen and not only its own. */
  always?: readonly string[];
}

/** Every page with a list or a chart. */
export const PAGES: readonly PageSpecimen[] = [
  { name: "Home of an executive", page: <Home />, address: "as=executive" },
  { name: "Home of a technician", page: <Home />, address: "as=technician" },
  { name: "Home of a data scientist", page: <Home />, address: "as=data-scientist" },
  { name: "Outcomes", page: <Outcomes /> },
  { name: "Outcome", page: <Outcome id={VALUE.outcome.outcome.id} /> },
  { name: "KPIs", page: <Kpis /> },
  { name: "KPI", page: <Kpi id={VALUE.kpi.kpi.id} /> },
  { name: "Portfolio", page: <Portfolio /> },
  { name: "Portfolio as a board", page: <Portfolio />, address: "view=board" },
  { name: "Portfolio as a matrix", page: <Portfolio />, address: "view=matrix&table=true" },
  { name: "Use case", page: <UseCase id={MEASURED.get.useCaseId} />, always: ["value.get"] },
  { name: "Plan", page: <Plan /> },
  { name: "Measured value", page: <Measured /> },
  { name: "Fleet", page: <Fleet /> },
  { name: "Node", page: <Node id={FLEET.node.id} />, always: ["fleet.node"] },
  { name: "Streams", page: <Streams /> },
  { name: "Quarantine", page: <Quarantine /> },
  { name: "Notifications", page: <Inbox /> },
  { name: "My jobs", page: <OwnJobs /> },
  { name: "Job", page: <RunPage id={JOBS.run.id} whose="own" /> },
  { name: "My sessions", page: <Sessions /> },
  { name: "My tokens", page: <Tokens /> },
  { name: "People", page: <People /> },
  { name: "Person", page: <Person id={PEOPLE.get.id} />, always: ["people.get"] },
  { name: "Roles", page: <Roles /> },
  { name: "Teams and sites", page: <Teams /> },
  { name: "Service tokens", page: <ServiceTokens /> },
  { name: "Node logins", page: <NodeLogins /> },
  { name: "Jobs and schedules", page: <Jobs /> },
  { name: "System", page: <System /> },
  { name: "Audit", page: <Audit /> },
];
