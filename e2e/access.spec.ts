import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { FEED } from "./support/feed";
import { addressesOf } from "./support/pages";

/** Other ways of looking at a page. */
const VIEWS = ["/portfolio?view=board", "/portfolio?view=matrix&table=true", "/design"];
const GROUPS = ["/portfolio", "/admin", ""] as const;

/** Every page by the first group that its address begins with; as the administrator, who may open them all. */
async function pathsOf(group: string, page: Page): Promise<string[]> {
  const all = [...(await addressesOf(page)).values(), ...VIEWS];
  return all
    .filter((path) => GROUPS.find((start) => path.startsWith(start)) === group)
    .map((path) => (path.startsWith("/streams/") ? `${path.split("?")[0]}?from=now-5m&to=now&table=true` : path));
}

const told = (where: string, violations: Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"]) =>
  violations.map(({ id, nodes }) => `${where} ${id}: ${nodes.map((node) => node.html).join(" | ")}`);

/** No page has a frame of another origin, which is all that the other mode is for; it opens a second page each time. */
const axeOn = (page: Page) => new AxeBuilder({ page }).setLegacyMode();

/** Everything in light, and everything in dark. */
async function lookAt(page: Page, where: string, axe: () => AxeBuilder): Promise<void> {
  expect(told(`${where} light`, (await axe().analyze()).violations)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const dark = await axe().analyze();
  expect(told(`${where} dark`, dark.violations)).toEqual([]);
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
}

for (const group of GROUPS)
  test(`nothing stands in the way of a screen reader, in both themes: ${group || "the rest"}`, async ({
    browser,
    baseURL,
  }) => {
    test.slow(); // a look takes seconds where the machine is busy, and there is one for each page and theme
    const context = await browser.newContext({ colorScheme: "light", baseURL, reducedMotion: "reduce" });
    const page = await context.newPage();
    for (const path of await pathsOf(group, page)) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      if (path.startsWith("/streams/")) await expect(page.locator(".recharts-line path").first()).toBeVisible();
      // The page of components holds each of them several times, landmarks too.
      await lookAt(page, path, () => axeOn(page).disableRules(path === "/design" ? ["landmark-unique"] : []));
    }
    await context.close();
  });

test("the palette and the sheet of shortcuts stand in nobody's way either", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ colorScheme: "light", baseURL, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toHaveText("Live");
  for (const key of ["Control+k", "?"]) {
    await page.keyboard.press(key);
    await expect(page.getByRole("dialog")).toBeVisible();
    await lookAt(page, key, () => axeOn(page).include("[role=dialog]"));
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await context.close();
});

// 320 px is also what is left of 1,280 px at 400 % zoom (WCAG 1.4.10).
test("every page fits 320 px, and the menu leads on", async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    viewport: { width: 320, height: 640 },
    baseURL,
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  for (const path of [...(await addressesOf(page)).values(), ...VIEWS]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
      path,
    ).toBeLessThanOrEqual(0);
  }
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Quarantine" }).click();
  await expect(page).toHaveURL(/\/inbox\/quarantine/);
  await context.close();
});

test("health and metrics are answered", async ({ request }) => {
  const health = await request.get("/api/health");
  expect(await health.json()).toMatchObject({ status: "ok", database: { status: "ok" } });
  expect(await (await request.get("/metrics")).text()).toContain("throughline_web_live_browsers");
});

test("a change from another origin, or under a foreign host name, is refused", async ({ request }) => {
  const foreign = await request.post("/api/trpc/fleet.accept", {
    headers: { origin: "https://evil.example" },
    data: { json: { node: FEED.node } },
  });
  expect(foreign.status()).toBe(403);
  const form = await request.post("/api/trpc/fleet.accept", { headers: { "content-type": "text/plain" }, data: "{}" });
  expect(form.status()).toBe(415);
  expect((await request.get("/fleet", { headers: { host: "evil.example" } })).status()).toBe(421);
});
