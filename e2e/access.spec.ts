import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { FEED } from "./support/feed";
import { addressesOf, TABLES } from "./support/pages";

/** Other ways of looking at a page, the doors that a link opens, what is not there, and what programs may ask. */
const VIEWS = ["/portfolio?view=board", "/portfolio?view=matrix&table=true"];
const DOORS = ["/setup", "/reset", "/nothing-is-here", "/api/v1/docs"];
const GROUPS = ["/portfolio", "/admin", ""] as const;

/** Every page by the first group that its address begins with; as the administrator, who may open them all. */
async function pathsOf(group: string, page: Page): Promise<string[]> {
  const all = [...(await addressesOf(page)).values(), ...VIEWS, ...DOORS];
  return all
    .filter((path) => GROUPS.find((start) => path.startsWith(start)) === group)
    .map((path) => (path.startsWith("/streams/") ? `${path.split("?")[0]}?from=now-5m&to=now&table=true` : path));
}

const told = (where: string, violations: Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"]) =>
  violations.map(({ id, nodes }) => `${where} ${id}: ${nodes.map((node) => node.html).join(" | ")}`);

/** No page has a frame of another origin, which is all that the other mode is for; it opens a second page each time. */
const axeOn = (page: Page) => new AxeBuilder({ page }).setLegacyMode();

async function inDark(page: Page, look: () => Promise<void>): Promise<void> {
  const isThemed = (await page.locator("html[data-theme]").count()) > 0;
  for (const [colorScheme, during] of [
    ["dark", look],
    ["light", null],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    if (isThemed) await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    await during?.();
  }
}

/** All that a theme can change: what the page is made of is the same in both. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];

/** Everything in light, and in dark what colours decide. */
async function lookAt(page: Page, where: string, axe: () => AxeBuilder): Promise<void> {
  expect(told(`${where} light`, (await axe().analyze()).violations)).toEqual([]);
  await inDark(page, async () => {
    expect(told(`${where} dark`, (await axe().withRules(OF_COLOUR).analyze()).violations)).toEqual([]);
  });
}

/** What opens over a page: sheets, questions, menus. Each kind once, by what its button says. */
async function lookAtWhatOpens(page: Page, path: string, seen: Set<string>): Promise<void> {
  const openers = page.locator("[aria-haspopup=dialog]:visible, [aria-haspopup=menu]:visible");
  const over = page.locator("[role=dialog]:visible, [role=menu]:visible");
  for (const [i, text] of (await openers.allInnerTexts()).entries()) {
    const kind = text.replace(/\d+/g, "").trim();
    if (seen.has(kind) || (await openers.nth(i).isDisabled())) continue;
    seen.add(kind);
    await openers.nth(i).click();
    await expect(over, `${path} ${kind}`).toHaveCount(1);
    await lookAt(page, `${path} ${kind}`, () => axeOn(page).include("[role=dialog], [role=menu]"));
    await page.keyboard.press("Escape");
    await expect(over, `${path} ${kind}`).toHaveCount(0);
  }
}

/** What stands over every page, seen once. */
const opened = new Set<string>();

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
      await lookAt(page, path, () => axeOn(page));
      await lookAtWhatOpens(page, path, opened);
    }
    await context.close();
  });

test("the page of components shows each list and chart in its states, and stands in nobody's way", async ({
  browser,
  baseURL,
}) => {
  test.slow(); // every page there is, five times
  const context = await browser.newContext({ colorScheme: "light", baseURL, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto("/design");
  for (const [group, state] of [
    ["Audit, failed", "could not be read"],
    ["Audit, stale", "Not reached"],
    ["Audit, empty", "Nothing has been changed yet"],
  ] as const)
    await expect(page.getByRole("group", { name: group })).toContainText(state);
  await expect(page.getByRole("group", { name: "Audit, loading" }).getByLabel("Loading")).toBeVisible();
  const missing = async () => {
    const names = await page.locator("[role=region]").evaluateAll((all) => all.map((one) => one.ariaLabel ?? ""));
    return TABLES.filter((label) => !names.some((name) => name.startsWith(`${label}, `)));
  };
  await expect.poll(missing).toEqual([]);
  const filled = (name: string) => page.getByRole("group", { name: `${name}, filled` });
  await expect(filled("Portfolio as a matrix").getByRole("group", { name: /arrow keys go/ })).toBeVisible();
  await expect(
    filled("Portfolio")
      .getByRole("img", { name: /P10|to/ })
      .first(),
  ).toBeVisible();
  await expect(filled("Plan").getByRole("img", { name: /budget/ })).toBeVisible();
  await expect(filled("Use case").locator(".recharts-line path").last()).toBeVisible();
  // What is filled stands on the pages themselves, which are looked at one by one.
  const light = await axeOn(page).exclude("[data-stage=filled]").analyze();
  expect(told("states, light", light.violations)).toEqual([]);
  await inDark(page, async () => {
    const dark = axeOn(page).include("[data-stage=empty]").include("[data-stage=failed]").withRules(OF_COLOUR);
    expect(told("states, dark", (await dark.analyze()).violations)).toEqual([]);
  });
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

// 320 × 256 px is what is left of 1,280 × 1,024 px at 400 % zoom (WCAG 1.4.10).
test("every page fits 320 px, at 400 % zoom nothing covers what has the focus, and the menu leads on", async ({
  browser,
  baseURL,
}) => {
  test.slow(); // every page there is
  const [phone, zoomed] = [
    { width: 320, height: 640 },
    { width: 320, height: 256 },
  ];
  const context = await browser.newContext({ viewport: phone, baseURL, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const wrong: string[] = [];
  for (const path of ["/design", ...DOORS, ...VIEWS, ...(await addressesOf(page)).values()]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) wrong.push(`${path} is ${over} px too wide`);
    if (path === "/design") continue;
    for (const size of [zoomed, phone]) {
      await page.setViewportSize(size);
      wrong.push(...(await page.evaluate(coveredInFocus)).map((what) => `${path}, ${size.height} px high: ${what}`));
    }
  }
  expect(wrong).toEqual([]);
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Quarantine" }).click();
  await expect(page).toHaveURL(/\/inbox\/quarantine/);
  await context.close();
});

/** In the page: whoever goes back from its end key by key; what has the focus then and cannot be seen, because something stands over it. */
function coveredInFocus(): string[] {
  const covered: string[] = [];
  const all = document.querySelectorAll<HTMLElement | SVGElement>(
    "main :is(a, button, input, select, textarea, summary, [tabindex='0'])",
  );
  for (const one of [...all].reverse().slice(0, 120)) {
    one.focus();
    if (document.activeElement !== one) continue;
    // A point of a chart is hit on what is painted of it, and two points may lie on each other.
    const painted = one instanceof SVGElement ? (one.firstElementChild ?? one) : one;
    const { left, right, top, bottom } = painted.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (Math.max(top, 0) + Math.min(bottom, window.innerHeight)) / 2];
    const hit = document.elementFromPoint(Math.min(Math.max(x, 1), window.innerWidth - 1), y);
    if (hit !== null && "ownerSVGElement" in one && one.ownerSVGElement?.contains(hit)) continue;
    if (hit !== null && (one.contains(hit) || hit.contains(one) || one.closest("label")?.contains(hit))) continue;
    covered.push(`${one.outerHTML.slice(0, 90)} under ${hit?.outerHTML.slice(0, 90) ?? "nothing"}`);
  }
  return covered.slice(0, 3);
}

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
