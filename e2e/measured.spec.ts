import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { createTRPCClient, httpLink } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "@/server/root";
import { FEED } from "./support/feed";
import { expect, type Person, type SignedIn, test } from "./support/people";

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
const about = (value: number) => ({ low: value, mode: value, high: value });

/** The procedures that the pages call, as somebody: what a journey needs to find, and does not look at. */
function clientOf(baseURL: string | undefined, { cookie }: SignedIn) {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${baseURL}/api/trpc`,
        transformer: superjson,
        methodOverride: "POST",
        headers: { "x-tl": "1", cookie: `${cookie.name}=${cookie.value}`, origin: baseURL ?? "" },
      }),
    ],
  });
}

type SignInAs = (person: Person) => Promise<SignedIn>;

/** A KPI with days that somebody entered, lower by ten since thirty days, and an accepted use case that promises to move it. */
async function promise(baseURL: string | undefined, signInAs: SignInAs, mark: number, days: number) {
  const executive = clientOf(baseURL, await signInAs("executive"));
  const chair = clientOf(baseURL, await signInAs("chair"));
  const definition = {
    ...({
      unit: "kW.h",
      direction: "down",
      source: "manual",
      timeZone: "UTC",
      fromMinute: 0,
      toMinute: 1_440,
    } as const),
    ...{ minCoverage: 0.8, maxStaleS: 7 * 86_400, isAdditive: true, valueCents: about(500), currency: "EUR" },
  };
  const { id: kpiId } = await executive.value.addKpi.mutate({ name: `Energy ${mark}`, definition });
  await chair.value.approveKpi.mutate({ id: kpiId, version: 1 });
  for (let ago = days, version = 2; ago >= 1; ago--, version++) {
    const value = (ago <= 30 ? 90 : 100) + ((ago * 7) % 11) * 0.3;
    await executive.value.enterKpiValue.mutate({ id: kpiId, version, day: inDays(-ago), value });
  }
  const figures = {
    currency: "EUR",
    ...{ benefitCentsPerDay: about(5_000), oneOffCents: about(30_000), runCentsPerDay: about(100) },
    ...{ adoption: about(1), technicalProbability: about(1), rampDays: 0 },
  };
  const { id } = await executive.value.propose.mutate({ title: `Save energy ${mark}`, figures });
  await executive.value.setEffects.mutate({ id, version: 1, effects: [{ kpiId, effect: about(10) }] });
  const streams = await executive.value.things.query({ q: `${FEED.node} ${FEED.wave}` });
  const streamId = streams.find(({ kind }) => kind === "stream")?.streamId ?? null;
  await executive.value.setNeeds.mutate({ id, version: 2, needs: [{ capability: "vibration", streamId }] });
  await chair.value.triage.mutate({ id, version: 3, to: "accepted" });
  return { id, kpiId, streamId };
}

async function demandAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

test("an executive says on which day it went live, once, and sees what it paid; a technician only reads it", async ({
  page,
  baseURL,
  signInAs,
}) => {
  test.slow(); // seventy days are entered one by one
  const mark = Date.now();
  const { id } = await promise(baseURL, signInAs, mark, 70);
  await signInAs("executive");
  await page.goto(`/portfolio/${id}`);
  const section = page.locator("section", { has: page.getByRole("heading", { name: "Measured value" }) });
  await expect(section).toContainText("It has not gone live");
  await section.getByRole("button", { name: "It went live" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("First day").fill(inDays(40));
  await sheet.getByLabel("Really paid once").fill("300");
  await sheet.getByLabel("Really paid per day").fill("1");
  await sheet.getByRole("button", { name: "Start its ninety days" }).click();
  await expect(sheet.getByRole("alert")).toContainText("later is a plan, not a go-live");
  await sheet.getByLabel("First day").fill(inDays(-70));
  await sheet.getByRole("button", { name: "Start its ninety days" }).click();
  await expect(sheet.getByRole("alert")).toContainText("choose a later day");
  await expect(sheet.getByLabel("Really paid once"), "nothing that was typed is lost").toHaveValue("300");
  await sheet.getByLabel("First day").fill(inDays(-30));
  await sheet.getByRole("button", { name: "Start its ninety days" }).click();
  await expect(sheet).toBeHidden();

  await expect(section).toContainText(/kW\.h better a day, paid back on day [5-8]\./);
  await expect(section.getByRole("row", { name: /Return to date, cash/ })).toContainText("95 % interval");
  await expect(section.getByRole("row", { name: /Return to date, amortised/ })).toContainText("paid back on day 1");
  await expect(section.getByRole("row", { name: /Ninety days/ })).toContainText("day 31, 59 left");
  await expect(section.getByRole("row", { name: /Against the forecast/ })).toContainText("at this pace");
  // What the baseline expects is a level line here, which has no height to be seen by; the measured one has.
  await expect(section.locator(".recharts-line path").last()).toBeVisible();
  await section.getByRole("button", { name: "Show as table" }).click();
  await expect(section.getByRole("region", { name: "Measured and expected, day by day" })).toContainText(inDays(-1));
  await expect(section.getByRole("button", { name: "It went live" })).toBeHidden();
  await section.getByRole("button", { name: /Adjust what/ }).click();
  await sheet.getByLabel("Day").fill(inDays(-2));
  await sheet.getByLabel("Amount, EUR").fill("-250");
  await sheet.getByLabel("What happened").fill("Room 4 stood empty");
  await sheet.getByRole("button", { name: "Write it down" }).click();
  await expect(section.getByRole("row", { name: /Adjusted for/ })).toContainText("Room 4 stood empty");
  await demandAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
    .toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.goto("/portfolio/measured");
  await expect(page.getByRole("row", { name: `Save energy ${mark}` })).toContainText("paid back on day");
  await expect(page.getByText("its ninety days are not over")).toBeVisible();

  await signInAs("technician");
  await page.goto(`/portfolio/${id}`);
  await expect(section).toContainText("paid back on day");
  await expect(section.getByRole("button", { name: /Adjust what/ })).toBeHidden();
});

test("what depends on a node and a stream is said before it is retired", async ({ page, baseURL, signInAs }) => {
  const mark = Date.now();
  const { streamId } = await promise(baseURL, signInAs, mark, 1);
  await signInAs("technician");
  await page.goto(`/streams/${streamId}`);
  const depends = page.locator("section", { has: page.getByRole("heading", { name: "What if it is retired?" }) });
  const row = depends.getByRole("row", { name: `Save energy ${mark}` });
  await expect(row).toContainText("stops");
  await expect(row).toContainText("Nothing else provides vibration.");
  await expect(row).toContainText("€50");
  await page.goto(`/fleet/${FEED.node}`);
  await expect(row).toContainText("stops");
  await depends.getByLabel("Of").selectOption({ label: "device pump-1" });
  await expect(row).toContainText("stops");
  await page.getByRole("button", { name: "Retire" }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet).toContainText(/use cases? stops?, with .*€\d+ a day/);
  await expect(sheet).toContainText(`Save energy ${mark}`);
  await sheet.getByRole("button", { name: "Cancel" }).click();
  await expect(sheet).toBeHidden();
});
