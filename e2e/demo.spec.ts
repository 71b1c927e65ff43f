import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./support/people";

/** Oldest first. */
const STORIES = [
  "A new product that the model has never seen",
  "A gauge that drifts away from its neighbours",
  "A release that cried wolf",
];
/** The past here is of three days: what went live after forty is told where there is more of it (docs/demo.md). */
const PAGES = ["What to fund next", "What fits into the budget, and when"];

test("a story is followed from the first page to the chart that shows it, and the card is put away and fetched back", async ({
  page,
  signInAs,
}) => {
  await signInAs("executive");
  await page.goto("/");
  const card = page.locator("section").filter({ has: page.getByRole("heading", { name: "What to look at" }) });
  await expect(card.getByRole("link")).toHaveText([...STORIES, ...PAGES], { timeout: 60_000 });
  await expect(card.getByText(/is stored/)).toHaveCount(0, { timeout: 60_000 }); // the past has arrived
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  await card.getByRole("link", { name: "A gauge that drifts away from its neighbours" }).click();
  await expect(page).toHaveURL(/\/streams\/\d+\?from=20\d\d-\d\d-\d\dT\d\d:\d\dZ&to=20\d\d/);
  await expect(page.locator(".recharts-line path").first()).toBeVisible();
  await expect(page.getByText(/^Mean 4\.\d+ bar over .* nothing lost\.$/)).toBeVisible();
  await expect(page.getByText(/^ground truth, /).first()).toBeAttached(); // the name of a mark on the time axis

  for (const [name, url] of [
    ["What to fund next", /\/portfolio(\?|$)/],
    ["What fits into the budget, and when", /\/portfolio\/plan(\?|$)/],
  ] as const) {
    await page.goto("/");
    await card.getByRole("link", { name }).click();
    await expect(page).toHaveURL(url);
  }

  await page.goto("/");
  await page.getByRole("button", { name: "Put away what to look at" }).click();
  await expect(card).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Needs you" })).toBeVisible();
  await expect(card).toHaveCount(0);
  await page.getByRole("link", { name: "What to look at" }).click();
  await expect(card.getByRole("link")).toHaveCount(STORIES.length + PAGES.length);
});

test("the card fits a phone of 320 px", async ({ page, signInAs }) => {
  await signInAs("technician");
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "What to look at" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
