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
    for (const path of ["/api/series?id=1&fromMs=0&toMs=1", "/api/live?streams=1", "/api/streams/1/export", "/metrics"])
      expect((await request.get(path, { headers: { "x-middleware-subrequest": "proxy" } })).status(), path).toBe(401);
    const rpc = await request.post("/api/trpc/fleet.list", { headers: { "x-tl": "1" }, data: { json: {} } });
    expect(rpc.status()).toBe(401);
    expect((await request.get("/fleet", { maxRedirects: 0 })).status()).toBe(307);
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
