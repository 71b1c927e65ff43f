import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { FEED } from "./support/feed";

/** As the administrator, who may open every page; the first pages of the other roles are looked at in home.spec.ts. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  plant: ["/", "/fleet", `/fleet/${FEED.node}`, "/streams", "/inbox/quarantine"],
  value: [
    "/portfolio",
    "/portfolio?view=board",
    "/portfolio?view=matrix&table=true",
    "/portfolio/measured",
    "/portfolio/plan",
    "/outcomes",
    "/kpis",
  ],
  administration: ["/admin/people", "/admin/roles", "/admin/teams", "/admin/nodes", "/admin/tokens", "/admin/audit"],
  background: ["/inbox/notifications", "/jobs", "/admin/jobs", "/admin/system"],
  account: ["/account/sessions", "/account/tokens", "/design"],
};

async function personPath(page: Page): Promise<string> {
  await page.goto("/admin/people");
  return (await page.getByRole("link", { name: "Tomás Rivera" }).getAttribute("href")) ?? "";
}

async function streamPath(page: Page): Promise<string> {
  await page.goto(`/streams?q=${FEED.node}`);
  return `${await page.getByRole("link", { name: FEED.wave, exact: true }).getAttribute("href")}?from=now-5m&to=now&table=true`;
}

/** The pages of a group, with those whose address is only known once something is there. */
async function pathsOf(group: string, page: Page): Promise<string[]> {
  const found =
    group === "plant" ? [await streamPath(page)] : group === "administration" ? [await personPath(page)] : [];
  return [...(PAGES[group] ?? []), ...found];
}

const told = (where: string, violations: Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"]) =>
  violations.map(({ id, nodes }) => `${where} ${id}: ${nodes.map((node) => node.html).join(" | ")}`);

/** No page has a frame of another origin, which is all that the other mode is for; it opens a second page each time. */
const axeOn = (page: Page) => new AxeBuilder({ page }).setLegacyMode();

/** Everything in light, then in dark what a theme can change: its colours. */
async function lookAt(page: Page, where: string, axe: () => AxeBuilder): Promise<void> {
  expect(told(`${where} light`, (await axe().analyze()).violations)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const dark = await axe().withRules(["color-contrast", "link-in-text-block"]).analyze();
  expect(told(`${where} dark`, dark.violations)).toEqual([]);
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
}

for (const group of Object.keys(PAGES))
  test(`nothing stands in the way of a screen reader, in both themes: ${group}`, async ({ browser, baseURL }) => {
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
  for (const path of [...Object.values(PAGES).flat(), await personPath(page), await streamPath(page)]) {
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
