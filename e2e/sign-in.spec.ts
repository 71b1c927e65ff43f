import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./support/people";

test.describe("without a session", () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test("every page leads to the sign-in page, and back to where one wanted to go", async ({ page }) => {
    await page.goto("/fleet?show=offline");
    await expect(page).toHaveURL(/\/login\?callbackUrl=/);
    await page.getByRole("button", { name: /Technician/ }).click();
    await expect(page).toHaveURL(/\/fleet\?show=offline$/);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  });

  test("the first one in keeps the page that the door loaded; whoever follows in it gets a page without memory", async ({
    page,
  }) => {
    const isFresh = () => page.evaluate(() => !document.documentElement.hasAttribute("data-seen"));
    await page.goto("/login");
    await page.evaluate(() => document.documentElement.setAttribute("data-seen", ""));
    await page.getByRole("button", { name: /Executive/ }).click();
    await expect(page.getByRole("button", { name: /Appearance and account/ })).toContainText("Elena Marchetti");
    expect(await isFresh()).toBe(false);
    await page.getByRole("link", { name: "Be somebody else" }).click();
    await page.getByRole("button", { name: /Technician/ }).click();
    await expect(page.getByRole("button", { name: /Appearance and account/ })).toContainText("Tomás Rivera");
    expect(await isFresh()).toBe(true);
    await expect(page.getByText("Elena Marchetti")).toHaveCount(0);
  });

  test("a wrong password and an unknown person read alike, and a guesser is stopped after ten", async ({ page }) => {
    await page.goto("/login");
    const attempt = async (email: string) => {
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeEnabled();
      return page.getByRole("alert").filter({ hasText: /./ }).first().textContent();
    };
    expect(await attempt("aiko@demo.invalid")).toBe("E-mail or password is not right.");
    expect(await attempt("nobody@demo.invalid")).toBe("E-mail or password is not right.");
    for (let i = 0; i < 9; i++) await attempt("aiko@demo.invalid");
    expect(await attempt("aiko@demo.invalid")).toContain("Too many attempts");
  });

  test("nobody gets data, whatever they send along", async ({ request }) => {
    for (const path of [
      "/api/series?id=1&fromMs=0&toMs=1",
      "/api/live?streams=1",
      "/api/streams/1/export?fromMs=0&toMs=1",
      "/metrics",
    ])
      expect((await request.get(path, { headers: { "x-middleware-subrequest": "proxy" } })).status(), path).toBe(401);
    const rpc = await request.post("/api/trpc/fleet.list", { headers: { "x-tl": "1" }, data: { json: {} } });
    expect(rpc.status()).toBe(401);
    expect((await request.get("/fleet", { maxRedirects: 0 })).status()).toBe(307);
  });

  test("an identity provider lets in whom an administrator added, and nobody else", async ({ page }) => {
    const continueAs = async (who: string) => {
      await page.context().clearCookies();
      await page.goto("/login");
      await page.getByRole("button", { name: "Continue with Plant ID" }).click();
      await page.getByPlaceholder("Enter any login").fill(who);
      await page.getByPlaceholder("and password").fill("any");
      await page.getByRole("button", { name: "Sign-in" }).click();
      await page.getByRole("button", { name: "Continue" }).click();
    };
    await continueAs("elena");
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
    await expect(page.getByText("Elena Marchetti").first()).toBeVisible();
    for (const stranger of ["stranger", "unverified-tomas"]) {
      await continueAs(stranger);
      await expect(page).toHaveURL(/\/login/);
      await expect(page.getByRole("alert").filter({ hasText: "Nobody here has this account" })).toBeVisible();
    }
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`the sign-in page stands in nobody's way, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto("/login");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
    });
});

test("a session that is ended elsewhere opens nothing with the next request", async ({ browser, page, signInAs }) => {
  await signInAs("technician");
  await page.goto("/fleet");
  await expect(page).toHaveURL(/\/fleet$/);
  const other = await browser.newContext({ storageState: await page.context().storageState() });
  const elsewhere = await other.newPage();
  await elsewhere.goto("/api/auth/signout");
  const csrf = await (await other.request.get("/api/auth/csrf")).json();
  await other.request.post("/api/auth/signout", { form: { csrfToken: csrf.csrfToken } });
  await page.goto("/fleet");
  await expect(page).toHaveURL(/\/login/);
  await other.close();
});

test("one makes a token, reads with it and takes it away", async ({ page, request, signInAs }) => {
  await signInAs("data-scientist");
  await page.goto("/account/tokens");
  await page.getByLabel("What is it for?").fill("notebook");
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = (await page.getByRole("status").locator("code").textContent()) ?? "";
  const bearer = { authorization: `Bearer ${token}` };
  expect((await request.get("/api/series?id=1&fromMs=0&toMs=1000", { headers: bearer })).status()).toBe(200);
  await page.getByRole("button", { name: "Revoke notebook" }).click();
  await expect(page.getByText("There is none yet")).toBeVisible();
  expect((await request.get("/api/series?id=1&fromMs=0&toMs=1000", { headers: bearer })).status()).toBe(401);
  // A34 a key in the address ends in logs: it is refused
  expect((await request.get(`/api/series?id=1&fromMs=0&toMs=1000&token=${token}`)).status()).toBe(400);
});

test("the audit log shows the administrator what was done, and is nothing for a technician", async ({
  page,
  signInAs,
}) => {
  await page.goto("/admin/audit?action=session.start");
  await page.goto("/admin/audit");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("was the last to change something");
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  expect((await page.request.get("/api/audit/export")).status()).toBe(404);
  await signInAs("chair");
  const csv = await page.request.get("/api/audit/export");
  expect(await csv.text()).toContain("n,at,actor kind,actor,action,subject,before,after");
  await signInAs("technician");
  expect((await page.request.get("/api/audit/export")).status()).toBe(404);
});

test("sessions are listed and ended by name", async ({ browser, page, signInAs }) => {
  await signInAs("member");
  const other = await browser.newContext({ storageState: await page.context().storageState() });
  await signInAs("member");
  await page.goto("/account/sessions");
  await page.getByRole("button", { name: "End all others" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You are signed in here only");
  const there = await other.newPage();
  await there.goto("/account/sessions");
  await expect(there).toHaveURL(/\/login/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  for (const path of ["/account/tokens"]) {
    await page.goto(path);
    expect((await new AxeBuilder({ page }).analyze()).violations, path).toEqual([]);
  }
  await other.close();
});
