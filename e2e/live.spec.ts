import { expect, type BrowserContext, type Page, type Request, test } from "@playwright/test";
import { FEED } from "./support/feed";

/** More tabs than the six connections that a browser opens to one server over HTTP/1.1. */
const TABS = 8;

/** Opens a list of one stream whose value moves ten times a second, `n` times. */
async function openTabs(context: BrowserContext, n: number): Promise<Page[]> {
  return Promise.all(
    Array.from({ length: n }, async () => {
      const page = await context.newPage();
      await page.goto(`/streams?q=${encodeURIComponent(`${FEED.node} ${FEED.probe}`)}&refresh=off`);
      return page;
    }),
  );
}

/** The newest value is another than it was: this tab hears the plant, because it asks for nothing by itself. */
async function hears(page: Page): Promise<void> {
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: FEED.probe, exact: true }) });
  const before = await row.getByRole("cell").nth(3).textContent();
  await expect(row.getByRole("cell").nth(3)).not.toHaveText(before ?? "", { timeout: 40_000 });
}

/** Counts the event streams that a browser has open. */
function countStreams(context: BrowserContext): () => number {
  const open = new Set<Request>();
  const isStream = (request: Request) => new URL(request.url()).pathname === "/api/live";
  context.on("request", (request) => {
    if (isStream(request)) open.add(request);
  });
  context.on("requestfinished", (request) => open.delete(request));
  context.on("requestfailed", (request) => open.delete(request));
  return () => open.size;
}

test(`${TABS} tabs of one browser all stay live on one event stream, also when the leading one is frozen or closed`, async ({
  context,
}) => {
  const streams = countStreams(context);
  const [leader] = await openTabs(context, 1);
  if (!leader) throw new Error("no tab was opened");
  await expect(leader.getByTestId("live")).toHaveText("Live");
  const followers = await openTabs(context, TABS - 1);
  for (const tab of [leader, ...followers]) await expect(tab.getByTestId("live")).toHaveText("Live");
  await Promise.all([leader, ...followers].map(hears));
  expect(streams()).toBe(1);

  // What a browser does to a tab in the background: its scripts stop, and with them everything that it passes on.
  const session = await context.newCDPSession(leader);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await Promise.all(followers.map(hears));
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await hears(leader);
  await expect.poll(streams).toBe(1);

  await leader.close();
  await Promise.all(followers.map(hears));
});

test("a browser that cannot reach the line says so and is live again by itself", async ({ context, page }) => {
  await context.route("**/api/live**", (route) => route.abort());
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toContainText("Not live");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await context.unroute("**/api/live**");
  await expect(page.getByTestId("live")).toHaveText("Live", { timeout: 30_000 });
});
