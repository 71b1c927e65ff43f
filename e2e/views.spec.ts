import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { FEED } from "./support/feed";

test("a filter is saved under a name, found again in the palette, and its removal is undone", async ({ page }) => {
  const name = `Pumps ${Date.now()}`;
  await page.goto(`/fleet?q=${FEED.node}&hide=buffer,clock`);
  await expect(page.getByTestId("live")).toHaveText("Live");
  await expect(page.getByRole("columnheader", { name: "Buffer" })).toHaveCount(0);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByLabel("Save what is shown now as").fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name })).toHaveAttribute("aria-current", "true");

  await page.getByLabel("Save what is shown now as").fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "already" })).toBeVisible();
  await expect(page.getByLabel("Save what is shown now as")).toHaveValue(name);

  await page.goto("/streams");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Search pages/ })).toBeFocused();
  await page.keyboard.type(name);
  await page.getByRole("option", { name: `Fleet: ${name}` }).click();
  await expect(page).toHaveURL(/\/fleet\?.*hide=buffer/);
  await expect(page.getByRole("searchbox")).toHaveValue(FEED.node);

  await page.getByRole("button", { name: /^Views/ }).click();
  await page.getByRole("button", { name: `Remove the view ${name}` }).click();
  await expect(page.getByRole("link", { name })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText(`“${name}” saved`)).toBeVisible();
  await page.reload();
  await page.getByRole("button", { name: /^Views/ }).click();
  await expect(page.getByRole("link", { name })).toBeVisible();
});

test("the export holds the rows that the filters leave, with every column", async ({ page }) => {
  await page.goto(`/fleet?q=${FEED.node}&hide=buffer`);
  await expect(page.getByTestId("live")).toHaveText("Live");
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "These rows as CSV" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(lines[0]).toContain("buffer_bytes");
  expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual([FEED.node]);
  const refused = await page.request.get("/api/export/fleet?show=nonsense");
  expect(refused.status()).toBe(400);
});
