import { AUDIT } from "./samples/audit";
import { BLAST } from "./samples/blast";
import { FLEET } from "./samples/fleet";
import { HOME } from "./samples/home";
import { INBOX } from "./samples/inbox";
import { JOBS } from "./samples/jobs";
import { ME } from "./samples/me";
import { MEASURED } from "./samples/measured";
import { PEOPLE } from "./samples/people";
import { PLAN } from "./samples/plan";
import { QUARANTINE } from "./samples/quarantine";
import { STREAMS } from "./samples/streams";
import { SYSTEM } from "./samples/system";
import { TEAMS } from "./samples/teams";
import { TOKENS } from "./samples/tokens";
import { VALUE } from "./samples/value";
import type { Answers } from "./staged";

/** What the pages are shown with where there is something to show. */
export const FILLED: Answers = {
  ...{ audit: AUDIT, blast: BLAST, fleet: FLEET, home: HOME, inbox: INBOX, jobs: JOBS, me: ME, measured: MEASURED },
  ...{ people: PEOPLE, plan: PLAN, quarantine: QUARANTINE, streams: STREAMS, system: SYSTEM, teams: TEAMS },
  ...{ tokens: TOKENS, value: VALUE },
};

const none = { rows: [], next: null, matching: 0 };
const { portfolio, get, kpi, outcome } = VALUE;

/** The same where nothing has been made yet. */
export const EMPTY: Answers = {
  audit: { list: { ...AUDIT.list, ...none } },
  blast: { of: { ...BLAST.of, useCases: [], kpis: [], outcomes: [] } },
  fleet: {
    list: { ...FLEET.list, ...none, facts: { ...FLEET.list.facts, nodes: 0 } },
    logins: { ...FLEET.logins, ...none, facts: { ...FLEET.logins.facts, all: 0 } },
    node: { ...FLEET.node, slots: [], devices: [], gaps: [], history: [], inference: [], documents: null },
    streamsOfNode: [],
  },
  home: {
    lookAt: { stories: [], arriving: null },
    facts: { ...HOME.facts, troubled: [], models: [], changes: [], value: null, lost24h: { rows: 0, nodes: 0 } },
  },
  inbox: { list: { ...INBOX.list, rows: [], unread: 0 } },
  jobs: { schedules: [], mine: [], list: { ...JOBS.list, rows: [] } },
  me: { sessions: [], tokens: [] },
  measured: { overview: { ...MEASURED.overview, rows: [], calibration: [], open: [] }, get: null },
  people: {
    list: { ...PEOPLE.list, ...none },
    holders: [],
    get: { ...PEOPLE.get, roles: [] },
    sessions: [],
    tokens: [],
  },
  plan: { facts: { ...PLAN.facts, useCases: [], assets: [], left: [] }, newest: null, tasks: [] },
  quarantine: { list: { ...QUARANTINE.list, ...none, reasons: [], nodes: [] } },
  streams: { list: { ...STREAMS.list, ...none, total: 0 } },
  system: { parts: [], storage: { ...SYSTEM.storage, rows: [] }, retention: [] },
  teams: { list: { sites: [], teams: [] } },
  tokens: { list: [] },
  value: {
    portfolio: { ...portfolio, rows: [] },
    kpis: [],
    outcomes: [],
    kpi: { ...kpi, kpi: { ...kpi.kpi, days: [], outcomes: [], movedBy: [] }, history: [] },
    outcome: { ...outcome, outcome: { ...outcome.outcome, kpis: [] }, history: [] },
    get: { ...get, effects: [], promised: [], needs: [], estimates: [], history: [], options: [] },
    line: { outcomes: [], things: [], links: [] },
    rating: null,
  },
};
