import { expect, type BrowserContext, type Page, type Request, test } from "@playwright/test";
import { FEED } from "./support/feed";

/** More tabs than the six connections that a browser opens to one server over HTTP/1.1. */
const TABS = 8;

async function openTabs(context: BrowserContext, n: number): Promise<Page[]> {
  const first = await context.newPage();
  await first.goto(`/streams?q=${encodeURIComponent(`${FEED.node} ${FEED.probe}`)}`);
  const href = (await first.getByRole("link", { name: FEED.probe, exact: true }).getAttribute("href")) ?? "";
  await first.goto(`${href}?from=now-5m&to=now`);
  const rest = await Promise.all(
    Array.from({ length: n - 1 }, async () => {
      const page = await context.newPage();
      await page.goto(`${href}?from=now-5m&to=now`);
      return page;
    }),
  );
  return [first, ...rest];
}

/** The newest value is another than it was: this tab hears the plant. */
async function hears(page: Page): Promise<void> {
  const before = await page.getByTestId("now-value").textContent();
  await expect(page.getByTestId("now-value")).not.toHaveText(before ?? "", { timeout: 40_000 });
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
  const [leader, ...followers] = await openTabs(context, TABS);
  if (!leader) throw new Error("no tab was opened");
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

test("a browser that loses the network says so and is live again by itself", async ({ context, page }) => {
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await context.setOffline(true);
  await expect(page.getByTestId("live")).toContainText("Not live", { timeout: 25_000 });
  await context.setOffline(false);
  await expect(page.getByTestId("live")).toHaveText("Live");
});
