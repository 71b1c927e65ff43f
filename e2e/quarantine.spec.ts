import { expect, test } from "@playwright/test";
import { FEED } from "./support/feed";

test.describe.configure({ mode: "serial" });
const LIST = `/inbox/quarantine?node=${FEED.broken}`;

test("a message that cannot be read says why and shows what came in", async ({ page }) => {
  await page.goto(LIST);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`from ${FEED.broken}`);
  const first = page.getByRole("listitem").filter({ hasText: "cannot be read" }).first();
  await first.getByRole("button", { expanded: false }).click();
  await expect(first.getByLabel("Payload", { exact: true })).toContainText('"node":"e2e-broken"');
  await expect(first.getByText("PARSE", { exact: true })).toBeVisible();
});

test("a replay that cannot work leaves the message with the reason", async ({ page }) => {
  await page.goto(LIST);
  const first = page.getByRole("listitem").filter({ hasText: "cannot be read" }).first();
  await first.getByRole("button", { expanded: false }).click();
  await first.getByRole("button", { name: "Replay", exact: true }).click();
  await expect(page.getByText("1 message handed to ingest again")).toBeVisible();
  await expect(first.getByText("The last replay left it here")).toBeVisible({ timeout: 20_000 });
});

test("a discard can be taken back, and otherwise happens", async ({ page }) => {
  await page.goto(LIST);
  const entries = page.getByRole("listitem").filter({ hasText: "cannot be read" });
  await expect(entries).toHaveCount(4);
  await page.getByLabel("Choose all 4 shown").check();
  await page.getByRole("button", { name: "Discard 4" }).click();
  await expect(entries).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(entries).toHaveCount(4);

  await entries.first().getByRole("checkbox").check();
  await page.getByRole("button", { name: "Discard 1" }).click();
  await expect(entries).toHaveCount(3);
  await expect(page.getByText("1 message discarded.")).toBeVisible();
  // Whoever leaves at once has discarded it all the same, and whoever comes back can still take it back.
  await page.goto("/fleet");
  await page.goto(`${LIST}&status=discarded`);
  await expect(entries).toHaveCount(1);
  await entries.first().getByRole("button", { expanded: false }).click();
  await entries.first().getByRole("button", { name: "Take back" }).click();
  await expect(entries).toHaveCount(0);
  await page.goto(LIST);
  await expect(entries).toHaveCount(4);
});
