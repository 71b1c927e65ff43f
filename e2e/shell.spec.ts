import { expect, test } from "@playwright/test";
import { FEED } from "./support/feed";

test("from the keyboard alone: the palette finds a stream, g f the fleet, j and Enter a node", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search and commands" });
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.type(`${FEED.node} vibration`);
  // Halfway through the words the node itself stands first, and its streams below it.
  await expect(palette.getByRole("option").first()).toContainText(FEED.wave);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/streams\/\d+/);
  await expect(palette).toBeHidden();

  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await expect(page).toHaveURL(/\/fleet$/);
  await expect(page.getByRole("row").filter({ hasText: FEED.node })).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.locator("[data-row]").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/fleet\/.+/);
});

test("the palette says what it cannot find, and Escape gives the focus back", async ({ page }) => {
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toHaveText("Live");
  const search = page.getByRole("searchbox", { name: "Filter nodes" });
  await search.focus();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Search pages/ })).toBeFocused();
  await page.keyboard.type("zzzz");
  await expect(page.getByText("Nothing matches “zzzz”.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(search).toBeFocused();
});

test("single-key shortcuts are listed and can be switched off for good", async ({ page }) => {
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard" });
  await expect(sheet.getByText("Next and previous row")).toBeVisible();
  await sheet.getByRole("checkbox", { name: /Single-key shortcuts/ }).uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(page.getByTestId("live")).toHaveText("Live");
  await page.keyboard.press("?");
  await page.keyboard.press("j");
  await expect(page.locator("[data-row]").first()).not.toBeFocused();
  await expect(sheet).toBeHidden();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Search and commands" })).toBeVisible();
});

test("kiosk mode is in the link and shows the page alone", async ({ page }) => {
  await page.goto("/fleet?kiosk");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" })).toHaveCount(0);
  await page.getByRole("button", { name: "Leave kiosk mode" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
});
