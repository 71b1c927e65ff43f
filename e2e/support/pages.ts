import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { FEED } from "./feed";

const APP = join(import.meta.dirname, "..", "..", "app");

/** The addresses of every page of the workspace, read from its files: `/kpis/[id]`. A page that is added is looked at without being listed. */
export const ROUTES: readonly string[] = readdirSync(join(APP, "(workspace)"), { recursive: true, encoding: "utf8" })
  .filter((path) => path === "page.tsx" || path.endsWith("/page.tsx"))
  .map((path) => `/${path.replace(/\/?page\.tsx$/, "")}`)
  .filter((route) => route !== "/[...missing]" && route !== "/design") // one is no page, the other only there in development
  .sort();

const LABELLED = /<(?:DataTable|RowTable|TableRegion)\s+label="([^"]+)"/g;
/** Twins of charts and sums, which come when they are asked for: the journeys of those pages open them. */
const ASKED_FOR = ["Expected cash, month by month", "Measured and expected, day by day", "Best plan by budget"];
/** What the other tables of the pages are called, read from their files; not those that only a sheet shows. */
export const TABLES: readonly string[] = [join(APP, "(workspace)"), join(APP, "..", "components")]
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)))
  .filter((path) => path.endsWith(".tsx") && !path.includes("_import"))
  .flatMap((path) => [...readFileSync(path, "utf8").matchAll(LABELLED)].map(([, label = ""]) => label))
  .filter((label) => !ASKED_FOR.includes(label));

/** Where the first thing of each kind is linked from; `null`: it has to be made first. */
const FIRST: Readonly<Record<string, { list: string; link: string } | null>> = {
  "/admin/people/[id]": { list: "/admin/people", link: 'a[href^="/admin/people/"]' },
  "/fleet/[node]": { list: "/fleet", link: `a[href^="/fleet/${FEED.node}"]` },
  "/kpis/[id]": { list: "/kpis", link: 'a[href^="/kpis/"]' },
  "/outcomes/[id]": { list: "/outcomes", link: 'a[href^="/outcomes/"]' },
  "/portfolio/[id]": { list: "/portfolio", link: "td a[href^='/portfolio/']" },
  "/streams/[id]": { list: `/streams?q=${FEED.node}`, link: 'a[href^="/streams/"]' },
  "/jobs/[id]": null,
  "/admin/jobs/[id]": null,
};

/** An address for each page that there is. @throws {Error} for a page of one thing of which nobody said where the first is linked from */
export async function addressesOf(page: Page): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const route of ROUTES) {
    if (!route.includes("[")) {
      found.set(route, route);
      continue;
    }
    const first = FIRST[route];
    if (first === undefined)
      throw new Error(`say in e2e/support/pages.ts where the first thing of ${route} is linked from`);
    if (first === null) {
      found.set(route, route.replace("[id]", await jobOf(page)));
      continue;
    }
    await page.goto(first.list);
    const href = await page.locator(first.link).first().getAttribute("href");
    if (!href) throw new Error(`nothing on ${first.list} leads to ${route}`);
    found.set(route, href);
  }
  return found;
}

let job = "";
/** A job of whoever is signed in: the newest, or one that exports a minute of a stream. */
async function jobOf(page: Page): Promise<string> {
  if (job !== "") return job;
  await page.goto(`/streams?q=${FEED.node}`);
  const href = (await page.locator('a[href^="/streams/"]').first().getAttribute("href")) ?? "";
  const streamId = Number(/^\/streams\/(\d+)/.exec(href)?.[1]);
  const toMs = Date.now();
  const answer = await page.request.post("/api/trpc/jobs.exportReadings", {
    headers: { "x-tl": "1", origin: new URL(page.url()).origin },
    data: { json: { streamIds: [streamId], fromMs: toMs - 60_000, toMs } },
  });
  const said = await answer.text();
  job = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(said)?.[0] ?? "";
  if (job === "") throw new Error(`no job was started: ${said}`);
  return job;
}
