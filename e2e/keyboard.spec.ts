import { expect, type Page, test } from "@playwright/test";
import { FEED } from "./support/feed";
import { tabTo } from "./support/keys";

/** Journeys that never touch a mouse, nor focus anything from outside: what is reached, is reached by Tab, arrows and shortcuts. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByTestId("live")).toHaveText("Live"); // listens to keys
}

test("the shell: past the menu in one key, a page by the menu, the account and back", async ({ page }) => {
  await open(page, "/fleet");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: /Skip to/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);

  const menu = page.getByRole("navigation", { name: "Main" });
  await tabTo(page, menu.getByRole("link", { name: "Notifications" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/inbox\/notifications/);

  const account = page.getByRole("button", { name: /Appearance and account/ });
  await tabTo(page, account);
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("link", { name: "Your sessions" }));
  await page.keyboard.press("Escape");
  await expect(account).toBeFocused();
});

test("the palette: a page by its other name, with the arrows, and out of it again", async ({ page }) => {
  await open(page, "/");
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search and commands" });
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("users");
  await expect(palette.getByRole("option").first()).toContainText("People");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/admin\/people/);
});

test("the fleet: filter, chips, columns and export, then a node and back to its row's list", async ({ page }) => {
  await open(page, "/");
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await expect(page).toHaveURL(/\/fleet$/);
  const row = page.getByRole("row").filter({ hasText: FEED.node });
  await expect(row).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("e2e");
  await expect(page).toHaveURL(/q=e2e/);

  await tabTo(page, page.getByRole("button", { name: /^Offline/ }));
  await page.keyboard.press("Space");
  await expect(page).toHaveURL(/show=offline/);
  await tabTo(page, page.getByRole("button", { name: /^All/ }), "Shift+Tab");
  await page.keyboard.press("Space");
  await expect(page).not.toHaveURL(/show=/);

  const columns = page.getByRole("button", { name: /^Columns/ });
  await tabTo(page, columns);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await expect(page).toHaveURL(/hide=/);
  await page.keyboard.press("Escape");
  await expect(columns).toBeFocused();

  await tabTo(page, page.getByRole("button", { name: "Export" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "These rows as CSV" })).toBeFocused();
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(download.suggestedFilename()).toMatch(/^fleet_.*\.csv$/);

  await tabTo(page, page.getByRole("link", { name: FEED.node, exact: true }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/fleet/${FEED.node}`));
});

test("people: one found by role, opened with j and Enter, a dialog that gives the focus back", async ({ page }) => {
  await open(page, "/");
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await expect(page).toHaveURL(/\/admin\/people/);
  await tabTo(page, page.getByRole("button", { name: /^Role:/ }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.type("tech");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/role=technician/);
  await expect(page.getByRole("button", { name: /^Role:/ })).toBeFocused();
  await page.keyboard.press("j");
  await expect(page.locator("[data-row]").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/admin\/people\/[0-9a-f-]{36}/);
  const disable = page.getByRole("button", { name: "Disable" });
  await tabTo(page, disable);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(disable).toBeFocused();
});

test("quarantine: a message read, all chosen, discarded and taken back", async ({ page }) => {
  await open(page, `/inbox/quarantine?node=${FEED.broken}`);
  const entries = page.getByRole("listitem").filter({ hasText: "cannot be read" });
  const count = await entries.count();
  const first = entries.first();
  await tabTo(page, first.getByRole("button", { expanded: false }));
  await page.keyboard.press("Enter");
  await expect(first.getByLabel("Payload", { exact: true })).toContainText('"node":"e2e-broken"');
  await tabTo(page, page.getByLabel(`Choose all ${count} shown`), "Shift+Tab");
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("button", { name: `Discard ${count}` }));
  await page.keyboard.press("Enter");
  await expect(entries).toHaveCount(0);
  await page.keyboard.press("Alt+t");
  await tabTo(page, page.getByRole("button", { name: "Undo" }));
  await page.keyboard.press("Enter");
  await expect(entries).toHaveCount(count);
});
