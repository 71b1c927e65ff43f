import { expect, test } from "./support/people";

const PASSWORD = "four plain words in a row";

test("somebody is invited, comes in by the link, is given a role and sees more", async ({ browser, page }) => {
  await page.goto("/admin/people");
  await page.getByRole("button", { name: "Invite a person" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Name").fill("Noor Haddad");
  await sheet.getByLabel("E-mail").fill("aiko@demo.invalid");
  await expect(sheet.getByRole("option", { name: "Council chair" })).toBeDisabled();
  await sheet.getByRole("button", { name: "Make the link" }).click();
  await expect(sheet.getByRole("alert")).toHaveText("Somebody with this e-mail address is here already.");
  await expect(sheet.getByLabel("Name")).toHaveValue("Noor Haddad");
  await sheet.getByLabel("E-mail").fill("noor@demo.invalid");
  await sheet.getByRole("button", { name: "Make the link" }).click();
  const link = (await sheet.getByRole("status").locator("code").textContent()) ?? "";

  const theirs = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const there = await theirs.newPage();
  await there.goto(link);
  await there.getByLabel("New password").fill("password1234");
  await there.getByRole("button", { name: "Set the password" }).click();
  await expect(there.getByRole("alert").filter({ hasText: "among the first" })).toBeVisible();
  await there.getByLabel("New password").fill(PASSWORD);
  await there.getByRole("button", { name: "Set the password" }).click();
  await there.getByRole("link", { name: "Sign in" }).click();
  await there.getByLabel("E-mail").fill("noor@demo.invalid");
  await there.getByLabel("Password").fill(PASSWORD);
  await there.getByRole("button", { name: "Sign in", exact: true }).click();
  const menu = there.getByRole("navigation", { name: "Main" });
  await expect(menu.getByRole("link", { name: "Fleet" })).toBeVisible();
  await expect(menu.getByRole("link", { name: "Audit log" })).toBeHidden();
  await there.goto("/admin/people");
  await expect(there.getByRole("heading", { level: 1 })).toHaveText("There is nothing at this address");
  // The link works once.
  await there.goto(link);
  await there.getByLabel("New password").fill(PASSWORD);
  await there.getByRole("button", { name: "Set the password" }).click();
  await expect(there.getByRole("alert").filter({ hasText: "was used" })).toBeVisible();

  await sheet.getByRole("link", { name: "Open their page" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Noor Haddad was here");
  await page.getByLabel("Role", { exact: true }).selectOption("auditor");
  await page.getByRole("button", { name: "Give the role" }).click();
  await expect(page.getByRole("cell", { name: "Auditor", exact: true })).toBeVisible();
  await there.goto("/admin/audit");
  await expect(there.getByRole("heading", { level: 1 })).toContainText("was the last to change something");

  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Noor Haddad is disabled");
  await there.goto("/admin/audit");
  await expect(there).toHaveURL(/\/login/);
  await theirs.close();
});

test("the chair gives a seat on the council; an administrator cannot, and is told whose it is", async ({
  page,
  signInAs,
}) => {
  const open = async () => {
    await page.goto("/admin/people?q=Elena");
    await page.getByRole("link", { name: "Elena Marchetti" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Elena Marchetti");
  };
  await signInAs("chair");
  await open();
  await expect(page.getByRole("button", { name: "Disable" })).toBeHidden();
  await page.getByLabel("Role", { exact: true }).selectOption("member");
  await page.getByRole("button", { name: "Give the role" }).click();
  await expect(page.getByRole("button", { name: "Take away Council member" })).toBeVisible();
  await signInAs("admin");
  await open();
  await expect(page.getByText("the chair’s to take")).toBeVisible();
  await expect(page.getByRole("option", { name: "Council member" })).toBeDisabled();
  await signInAs("chair");
  await open();
  await page.getByRole("button", { name: "Take away Council member" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take away" }).click();
  await expect(page.getByRole("cell", { name: "Council member", exact: true })).toBeHidden();
});

test("a service token opens the API until it is revoked", async ({ page, request }) => {
  await page.goto("/admin/tokens");
  await page.getByLabel("What is it for?").fill("wall display");
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = (await page.getByRole("status").locator("code").textContent()) ?? "";
  const ask = async () =>
    (await request.get("/api/v1/nodes", { headers: { authorization: `Bearer ${token}`, cookie: "" } })).status();
  expect(await ask()).toBe(200);
  await page.getByRole("button", { name: "Revoke wall display" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("button", { name: "Revoke wall display" })).toBeHidden();
  expect(await ask()).toBe(401);
});
