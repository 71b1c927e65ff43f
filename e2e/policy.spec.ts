import { expect, type Page, test } from "@playwright/test";
import { FEED } from "./support/feed";

/** One page for each kind of content: lists, a chart, forms, notifications, the door, and the page that brings a policy of its own. */
const PAGES = ["/", `/fleet/${FEED.node}`, "/admin/people", "/admin/system", "/inbox/notifications", "/account/tokens"];
const OPEN = ["/login", "/api/v1/docs"];

declare global {
  interface Window {
    violations: string[];
    injected?: string;
  }
}

/** Notes what the browser refuses, from before the first script of a page on. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
}

test("no page asks for anything that its policy forbids", async ({ page }) => {
  await watch(page);
  await page.goto(`/streams?q=${FEED.node}`);
  const href = await page.getByRole("link", { name: FEED.wave, exact: true }).getAttribute("href");
  const stream = `${href}?from=now-5m&to=now`;
  for (const path of [stream, ...PAGES, ...OPEN]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    if (path === stream) await expect(page.locator(".recharts-line path").first()).toBeVisible();
    expect([path, await page.evaluate(() => window.violations)]).toEqual([path, []]);
  }
});

test("W09-W10 a script that got into a page is not run, however it got there", async ({ page }) => {
  await watch(page);
  const planted = `<script>window.injected = "element"</script><img src="/nothing" onerror="window.injected = 'handler'"><a id="planted" href="javascript:window.injected='link'">x</a></body>`;
  await page.route("**/fleet", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace("</body>", planted) });
  });
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await page.evaluate(() => document.getElementById("planted")?.click());
  await expect
    .poll(() => page.evaluate(() => window.violations.map((violation) => violation.split(" ")[0])))
    .toEqual(expect.arrayContaining(["script-src-attr", "script-src-elem"]));
  await expect.poll(() => page.evaluate(() => window.violations.length)).toBeGreaterThanOrEqual(3);
  expect(await page.evaluate(() => window.injected)).toBeUndefined();
});
