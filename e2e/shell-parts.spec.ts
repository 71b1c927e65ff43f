import type { Request } from "@playwright/test";
import { expect, test } from "./support/people";
import { FEED } from "./support/feed";

/** A team that nobody has: what belongs to a team is not there under it. */
const NO_TEAM = "team=00000000-0000-4000-8000-000000000000";

test("the switch narrows every page over which it stands, in exports too, and is not there where it means nothing", async ({
  page,
  signInAs,
}) => {
  await signInAs("admin");
  for (const [path, says] of [
    ["/portfolio", /No use case matches this filter/],
    ["/portfolio/measured", /Nothing of this team has gone live yet/],
    ["/kpis", /This team has no KPI yet/],
    ["/outcomes", /This team has no outcome yet/],
    ["/inbox/quarantine", /No message matches this filter/],
    ["/admin/audit", /No row matches this filter/],
  ] as const) {
    await page.goto(`${path}?${NO_TEAM}`);
    await expect(page.getByText(says), path).toBeVisible();
    await expect(page.getByRole("combobox", { name: "Team", exact: true }).first(), path).toHaveValue(NO_TEAM.slice(5));
  }
  for (const list of ["kpis", "outcomes", "measured", "portfolio", "quarantine"]) {
    const csv = await (await page.request.get(`/api/export/${list}?${NO_TEAM}`)).text();
    expect(csv.trim().split("\n"), `only the header of ${list}`).toHaveLength(1);
  }
  await page.goto(`/kpis?${NO_TEAM}`);
  await expect(page.getByRole("link", { name: "Export CSV" })).toHaveAttribute("href", `/api/export/kpis?${NO_TEAM}`);
  for (const path of ["/portfolio/plan", "/admin/system"]) {
    await page.goto(`${path}?${NO_TEAM}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("combobox", { name: "Team", exact: true }), path).toHaveCount(0);
  }
  await page.goto("/admin/audit?from=2001-01-01T00:00Z&to=2001-01-02T00:00Z");
  await expect(page.getByText("No row matches this filter")).toBeVisible();
  await page.getByRole("button", { name: "Any time" }).click();
  await expect(page.getByRole("row").nth(1)).toBeVisible();
});

test("theme, density, zone, a link to copy and the banner of the demo, also on a wall", async ({
  page,
  context,
  signInAs,
}) => {
  await signInAs("admin");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/streams?q=${FEED.node}`);
  const html = page.locator("html");
  await expect(page.getByTestId("live")).toHaveText("Live");
  const before = await html.getAttribute("data-theme");
  await page.keyboard.press("d");
  await page.keyboard.press("t");
  await expect(html).not.toHaveAttribute("data-theme", before ?? "");
  await page.keyboard.press("d");
  await page.keyboard.press("c");
  await expect(html).toHaveAttribute("data-density", "compact");
  await page.reload();
  await expect(html).toHaveAttribute("data-density", "compact");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await page.keyboard.press("y");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(`/streams?q=${FEED.node}`);

  await page.getByRole("link", { name: FEED.wave, exact: true }).click();
  await expect(page).toHaveURL(/\/streams\/\d+/);
  const chart = page.url().split("?")[0];
  await page.goto(`${chart}?from=2026-01-01T00:00Z&to=2026-01-01T01:00Z&tz=UTC`);
  await expect(page.getByRole("button", { name: /^Time range: / })).toContainText("00:00");
  await page.goto(`${chart}?from=2026-01-01T00:00Z&to=2026-01-01T01:00Z&tz=Asia/Tokyo`);
  await expect(page.getByRole("button", { name: /^Time range: / })).toContainText("09:00");

  const banner = page.getByRole("complementary", { name: "Demo" });
  await expect(banner).toContainText("made up");
  await page.goto("/fleet?kiosk");
  await expect(page.getByRole("button", { name: "Leave kiosk mode" })).toBeVisible();
  await expect(banner).toContainText("made up");
});

test("a page that nobody looks at asks for nothing and hears nothing", async ({ page, signInAs }) => {
  await signInAs("admin");
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().includes("/api/trpc/")) asked += 1;
  });
  const heard: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/live")) heard.push(request.url());
  });
  const closed = new Set<string>();
  const noteEnd = (request: Request) => {
    if (request.url().includes("/api/live")) closed.add(request.url());
  };
  page.on("requestfailed", noteEnd);
  page.on("requestfinished", noteEnd);
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await expect.poll(() => heard.length).toBeGreaterThan(0);
  const hide = (state: "hidden" | "visible") =>
    page.evaluate((now) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => now });
      Object.defineProperty(document, "hidden", { configurable: true, get: () => now === "hidden" });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, state);
  await hide("hidden");
  await expect.poll(() => closed.size).toBeGreaterThan(0);
  await page.waitForTimeout(2_000); // what was on its way comes in
  asked = 0;
  await page.waitForTimeout(12_000); // longer than any list waits between two looks
  expect(asked).toBe(0);
  await hide("visible");
  await expect.poll(() => asked).toBeGreaterThan(0);
});
