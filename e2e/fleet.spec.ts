import { expect, test } from "@playwright/test";
import { FEED } from "./support/feed";

test("the fleet shows both edge workers of the plant live", async ({ page }) => {
  await page.goto("/fleet");
  for (const node of ["edge-lyon-1", "edge-lyon-2"]) {
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: node, exact: true }) });
    await expect(row).toBeVisible({ timeout: 45_000 });
    await expect(row).toContainText("sending", { timeout: 45_000 });
  }
  await expect(page.getByTestId("freshness")).toHaveAttribute("data-status", "ok");
});

test("a node is found by the filter, which is kept in the link, and opened from the keyboard", async ({ page }) => {
  await page.goto("/fleet");
  await expect(page.getByTestId("freshness")).toContainText("ago"); // the page is alive and listens to keys
  await page.keyboard.press("/");
  await page.keyboard.type(FEED.node);
  await expect(page).toHaveURL(new RegExp(`q=${FEED.node}`));
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue(FEED.node);
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/fleet/${FEED.node}$`));
  await expect(page.getByRole("heading", { level: 1 })).toContainText(FEED.node);
  await expect(page.getByRole("link", { name: FEED.wave, exact: true })).toBeVisible();
});

test("a node that nobody knows waits, is accepted, and its stream is there", async ({ page }) => {
  await page.goto("/fleet?show=proposed");
  await page.getByRole("button", { name: `Accept ${FEED.stranger}` }).click();
  await expect(page.getByText(`${FEED.stranger} accepted`)).toBeVisible();
  await page.goto(`/fleet/${FEED.stranger}`);
  await expect(page.getByRole("row").filter({ hasText: "fan-1/speed" })).toContainText("1,200", { timeout: 20_000 });
});

test("a page that nobody wrote says where to look", async ({ page }) => {
  await page.goto("/fleet/no-such-node");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing at this address");
});
