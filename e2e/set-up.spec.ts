import { expect, test } from "@playwright/test";
import { startFreshWeb } from "./support/fresh-web";

const PASSWORD = "four plain words in a row";

test("whoever starts a new installation becomes its administrator, once, and comes in with their password", async ({
  browser,
}) => {
  const fresh = await startFreshWeb();
  const context = await browser.newContext({ baseURL: fresh.url, storageState: { cookies: [], origins: [] } });
  try {
    const page = await context.newPage();
    await page.goto("/");
    await expect(page).toHaveURL(/\/login/);
    await expect(page.getByText("This is a demo")).toBeHidden();

    const fill = async (password: string) => {
      await page.getByLabel("Organisation").fill("Rhône Works");
      await page.getByLabel("Your name").fill("Ada Leclerc");
      await page.getByLabel("Your e-mail").fill("ada@rhone.example");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Set up" }).click();
    };
    await page.goto("/setup");
    await fill(PASSWORD);
    await expect(page.getByRole("alert").filter({ hasText: "This link is not whole" })).toBeVisible();
    await page.goto(`/setup?token=${fresh.setUpToken}`);
    await fill("short");
    await expect(page.getByRole("alert").filter({ hasText: "at least 12 characters" })).toBeVisible();
    await expect(page.getByLabel("Organisation")).toHaveValue("Rhône Works");
    await fill(PASSWORD);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Throughline is set up");

    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("E-mail").fill("ada@rhone.example");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "People" })).toBeVisible();
    await page.goto("/admin/people");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Nobody holds the chair’s seat");

    await page.goto(`/setup?token=${fresh.setUpToken}`);
    await fill(PASSWORD);
    await expect(page.getByRole("alert").filter({ hasText: "was used or is over" })).toBeVisible();
  } finally {
    await context.close();
    await fresh.stop();
  }
});
