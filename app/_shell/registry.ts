import type { Scope } from "@/server/fabric/domain/read-inputs";

/**
 * The one list of pages, commands and shortcuts. The sidebar, the breadcrumb, the command palette and the shortcut sheet are made from
 * it, so that a page that is added here is found in all four, and one that a person may not open is in none of them.
 */

/** What the shell must know about the person to choose what to show. `can` holds the actions of the permission matrix. */
export interface Reader {
  roles: readonly string[];
  can: Readonly<Record<string, boolean>>;
}

/** The rows of the plant stand at a site and belong to a team; what people decided belongs to a team alone. */
const PLACE = ["site", "team"] as const;
const TEAM = ["team"] as const;

const GROUPS = ["", "Decide", "Run", "Inbox", "Administer"] as const;
export type Group = (typeof GROUPS)[number];

/** Counts that a sidebar entry can carry. */
export type CountName = "quarantined" | "unread";

export interface PageEntry {
  id: string;
  label: string;
  href: string;
  /** Heading it stands under; the empty one comes first and has no heading. */
  group: Group;
  /** Goes there after `g`. */
  key?: string;
  /** Any of these actions opens it; left out for pages that everybody has. */
  needs?: readonly string[];
  /** Other words that people look for it by. */
  words: readonly string[];
  count?: CountName;
  /** What its rows can be narrowed to; left out for pages whose rows belong to no site and no team. */
  narrowedBy?: readonly (keyof Scope)[];
  /** Not in the sidebar, only in the palette. */
  hidden?: boolean;
}

/** In the order of the sidebar. Only pages that exist are here. */
export const PAGES: readonly PageEntry[] = [
  {
    id: "home",
    label: "Home",
    href: "/",
    group: "",
    key: "h",
    narrowedBy: PLACE,
    words: ["start", "overview", "verdict"],
  },
  {
    id: "portfolio",
    label: "Portfolio",
    href: "/portfolio",
    group: "Decide",
    key: "v",
    needs: ["value.read"],
    narrowedBy: TEAM,
    words: ["use cases", "value", "ranking", "roi", "return", "fund"],
  },
  {
    id: "measured",
    label: "Measured value",
    href: "/portfolio/measured",
    group: "Decide",
    needs: ["value.read"],
    narrowedBy: TEAM,
    words: ["paid back", "roi", "go-live", "calibration", "benefit", "baseline"],
  },
  {
    id: "plan",
    label: "Plan",
    href: "/portfolio/plan",
    group: "Decide",
    key: "b",
    needs: ["value.read"],
    words: ["optimiser", "best portfolio", "budget", "smallest set", "why not", "adopt"],
  },
  {
    id: "outcomes",
    label: "Outcomes",
    href: "/outcomes",
    group: "Decide",
    key: "o",
    needs: ["value.read"],
    narrowedBy: TEAM,
    words: ["goals", "targets", "horizon", "wants"],
  },
  {
    id: "kpis",
    label: "KPIs",
    href: "/kpis",
    group: "Decide",
    key: "k",
    needs: ["value.read"],
    narrowedBy: TEAM,
    words: ["key figures", "indicators", "measures", "baseline", "target"],
  },
  {
    id: "fleet",
    label: "Fleet",
    href: "/fleet",
    group: "Run",
    key: "f",
    narrowedBy: PLACE,
    words: ["nodes", "edge", "devices", "gateway"],
  },
  {
    id: "streams",
    label: "Explore",
    href: "/streams",
    group: "Run",
    key: "s",
    narrowedBy: PLACE,
    words: ["streams", "sensors", "chart"],
  },
  {
    id: "notifications",
    label: "Notifications",
    href: "/inbox/notifications",
    group: "Inbox",
    key: "i",
    words: ["inbox", "bell", "told", "unread", "messages"],
    count: "unread",
  },
  {
    id: "quarantine",
    label: "Quarantine",
    href: "/inbox/quarantine",
    group: "Inbox",
    key: "q",
    needs: ["quarantine.read"],
    narrowedBy: PLACE,
    words: ["held", "refused", "rejected", "replay"],
    count: "quarantined",
  },
  {
    id: "people",
    label: "People",
    href: "/admin/people",
    group: "Administer",
    key: "p",
    needs: ["users.read"],
    narrowedBy: TEAM,
    words: ["users", "accounts", "invite", "password", "disable"],
  },
  {
    id: "roles",
    label: "Roles",
    href: "/admin/roles",
    group: "Administer",
    key: "r",
    needs: ["users.read"],
    words: ["permissions", "matrix", "council", "seats", "grant"],
  },
  {
    id: "teams",
    label: "Sites and teams",
    href: "/admin/teams",
    group: "Administer",
    needs: ["users.read"],
    words: ["members", "organisation", "plant", "zone"],
  },
  {
    id: "node-logins",
    label: "Node logins",
    href: "/admin/nodes",
    group: "Administer",
    key: "n",
    needs: ["fleet.manage"],
    narrowedBy: PLACE,
    words: ["credentials", "tokens", "renew", "revoke", "add", "move"],
  },
  {
    id: "service-tokens",
    label: "Service tokens",
    href: "/admin/tokens",
    group: "Administer",
    needs: ["tokens.manage"],
    words: ["api", "key", "bearer", "programs"],
  },
  {
    id: "audit",
    label: "Audit log",
    href: "/admin/audit",
    group: "Administer",
    key: "a",
    needs: ["audit.read"],
    narrowedBy: TEAM,
    words: ["who", "history", "changes", "log"],
  },
  {
    id: "admin-jobs",
    label: "Jobs",
    href: "/admin/jobs",
    group: "Administer",
    key: "j",
    needs: ["jobs.read"],
    words: ["background", "queue", "schedules", "runs", "export"],
  },
  {
    id: "system",
    label: "System",
    href: "/admin/system",
    group: "Administer",
    key: "y",
    needs: ["system.read"],
    words: ["health", "processes", "storage", "disk", "retention", "version"],
  },
  {
    id: "jobs",
    label: "Your jobs",
    href: "/jobs",
    group: "Administer",
    words: ["background", "export", "progress", "download"],
    hidden: true,
  },
  {
    id: "sessions",
    label: "Your sessions",
    href: "/account/sessions",
    group: "Administer",
    words: ["account", "password", "devices", "sign out"],
    hidden: true,
  },
  {
    id: "tokens",
    label: "Your tokens",
    href: "/account/tokens",
    group: "Administer",
    words: ["account", "api", "key", "bearer"],
    hidden: true,
  },
];

/** Things the shell does besides going to a page. */
export type Act =
  | "palette"
  | "shortcuts"
  | "filter"
  | "range"
  | "refresh"
  | "copy-link"
  | "theme-light"
  | "theme-dark"
  | "theme-system"
  | "theme-toggle"
  | "density"
  | "kiosk"
  | "single-keys"
  | "sign-out";

export interface ActEntry {
  act: Act;
  label: string;
  words: readonly string[];
  /** One key, or two pressed one after the other. `Mod` is Ctrl, and Cmd on a Mac. */
  keys?: readonly string[];
  /** Only listed in the sheet: the palette cannot do it, or is it. */
  sheetOnly?: boolean;
  /** Only when somebody is signed in. */
  signedIn?: boolean;
}

export const ACTS: readonly ActEntry[] = [
  { act: "palette", label: "Search and commands", words: [], keys: ["Mod+k"], sheetOnly: true },
  { act: "shortcuts", label: "Keyboard shortcuts", words: ["help", "keys"], keys: ["?"] },
  { act: "filter", label: "Filter this list", words: ["search", "find"], keys: ["/"], sheetOnly: true },
  {
    act: "range",
    label: "Choose the time range",
    words: ["period", "zoom", "from", "to"],
    keys: ["t"],
    sheetOnly: true,
  },
  { act: "refresh", label: "Refresh now", words: ["reload", "again"], keys: ["r"] },
  { act: "copy-link", label: "Copy a link to this view", words: ["permalink", "share", "url"], keys: ["y"] },
  { act: "theme-light", label: "Light theme", words: ["appearance", "colour"] },
  { act: "theme-dark", label: "Dark theme", words: ["appearance", "colour", "night"] },
  { act: "theme-system", label: "Theme of this device", words: ["appearance", "auto", "system"] },
  { act: "theme-toggle", label: "Change between light and dark", words: [], keys: ["d", "t"], sheetOnly: true },
  { act: "density", label: "Compact or normal rows", words: ["density", "space"], keys: ["d", "c"] },
  { act: "kiosk", label: "Kiosk mode on or off", words: ["wall", "screen", "tv", "full"], keys: ["d", "k"] },
  { act: "single-keys", label: "Single-key shortcuts on or off", words: ["accessibility", "speech"] },
  { act: "sign-out", label: "Sign out", words: ["log out", "leave"], signedIn: true },
];

/** Keys that a list or a chart answers itself; here for the sheet. */
const PLACES: readonly { where: string; keys: string; label: string }[] = [
  { where: "Lists", keys: "j  k", label: "Next and previous row" },
  { where: "Lists", keys: "Enter", label: "Open the row" },
  { where: "Charts", keys: "− +", label: "Zoom out and in" },
  { where: "Charts", keys: "← →", label: "Read point by point" },
  { where: "Charts", keys: "Shift ← →", label: "Earlier and later" },
];

/** @returns whether this person may open the page; without a known person only pages that everybody has */
export function mayOpen(page: PageEntry, reader: Reader | null): boolean {
  return page.needs === undefined || page.needs.some((action) => reader?.can[action] === true);
}

export interface SidebarGroup {
  label: Group;
  pages: PageEntry[];
}

/** The sidebar of one person: groups in their order, none of them empty. */
export function sidebarFor(reader: Reader | null): SidebarGroup[] {
  return GROUPS.map((label) => ({
    label,
    pages: PAGES.filter((page) => page.group === label && !page.hidden && mayOpen(page, reader)),
  })).filter((group) => group.pages.length > 0);
}

/** The page that an address belongs to: the longest entry that it is or lies under. */
export function pageOf(pathname: string): PageEntry | null {
  let best: PageEntry | null = null;
  for (const page of PAGES) {
    const inside = pathname === page.href || (page.href !== "/" && pathname.startsWith(`${page.href}/`));
    if (inside && (best === null || page.href.length > best.href.length)) best = page;
  }
  return best;
}

/** What an address can be narrowed to: a list or a first page, not the page of one thing, which is whose it is. */
export function narrowedBy(pathname: string): readonly (keyof Scope)[] {
  const page = pageOf(pathname);
  return page?.href === pathname ? (page.narrowedBy ?? []) : [];
}

export interface Crumb {
  label: string;
  href?: string;
}

/**
 * The path over a page: its entry, then what lies under it. The last one is where we are and has no link.
 *
 * @throws {RangeError} if no page has this id
 */
export function trail(pageId: string, ...below: readonly Crumb[]): Crumb[] {
  const page = PAGES.find(({ id }) => id === pageId);
  if (!page) throw new RangeError(`no page is called ${pageId}`);
  const path: Crumb[] = [{ label: page.label, href: page.href }, ...below];
  return path.map((crumb, i) => (i === path.length - 1 ? { label: crumb.label } : crumb));
}

export interface Command {
  id: string;
  label: string;
  words: readonly string[];
  /** How to press it instead, in words: `g f`. */
  keys: string | null;
  run: { kind: "go"; href: string } | { kind: "act"; act: Act };
}

/** Everything the palette offers this person before anything is searched. */
export function commandsFor(reader: Reader | null): { pages: Command[]; acts: Command[] } {
  return {
    pages: PAGES.filter((page) => mayOpen(page, reader)).map((page) => ({
      id: `page-${page.id}`,
      label: page.label,
      words: page.words,
      keys: page.key ? `g ${page.key}` : null,
      run: { kind: "go", href: page.href },
    })),
    acts: ACTS.filter((entry) => !entry.sheetOnly && (!entry.signedIn || reader !== null)).map((entry) => ({
      id: `act-${entry.act}`,
      label: entry.label,
      words: entry.words,
      keys: entry.keys ? shown(entry.keys) : null,
      run: { kind: "act", act: entry.act },
    })),
  };
}

/** Saved views as commands that go to their page. A view of a page that is no more is left out. */
export function viewCommands(views: readonly { id: string; page: string; name: string; query: string }[]): Command[] {
  return views.flatMap(({ id, page: pageId, name, query }) => {
    const page = PAGES.find((candidate) => candidate.id === pageId);
    if (!page) return [];
    const href = query === "" ? page.href : `${page.href}?${query}`;
    return {
      id: `view-${id}`,
      label: `${page.label}: ${name}`,
      words: ["view"],
      keys: null,
      run: { kind: "go", href },
    };
  });
}

/** Whether a command is meant by what was typed: each word begins a word of its label or of its other words. */
export function matches(command: Command, typed: string): boolean {
  const has = `${command.label} ${command.words.join(" ")}`.toLowerCase().split(/[\s/]+/);
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .every((word) => has.some((candidate) => candidate.startsWith(word)));
}

export interface SheetRow {
  where: string;
  keys: string;
  label: string;
}

/** The rows of the shortcut sheet for this person, in the order they are read. */
export function sheetFor(reader: Reader | null): SheetRow[] {
  return [
    ...PAGES.filter((page) => page.key && mayOpen(page, reader)).map((page) => ({
      where: "Go to",
      keys: `g ${page.key}`,
      label: page.label,
    })),
    ...ACTS.filter((entry) => entry.keys).map((entry) => ({
      where: "Anywhere",
      keys: shown(entry.keys ?? []),
      label: entry.label,
    })),
    ...PLACES,
  ];
}

function shown(keys: readonly string[]): string {
  return keys.map((key) => key.replace("Mod+", "Ctrl ").replace(/ k$/, " K")).join(" ");
}
