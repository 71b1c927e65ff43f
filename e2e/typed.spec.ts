import type { Locator, Page } from "@playwright/test";
import { ask } from "./support/ask";
import { FEED } from "./support/feed";
import { expect, test } from "./support/people";

/** A character that turns text around, which no browser refuses and every procedure does. */
const TURNED = "gpj.\u202Eexe";

/** Everything that stands in a form: name and what was typed, chosen or ticked. */
const typedIn = (form: Locator): Promise<unknown[]> =>
  form
    .locator("input, select, textarea")
    .evaluateAll((all) =>
      all.map((one) =>
        one instanceof HTMLInputElement && one.type === "checkbox"
          ? [one.name, one.checked]
          : one instanceof HTMLInputElement || one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement
            ? [one.name, one.value]
            : [],
      ),
    );

/** Types into every field that asks for something and has nothing. */
async function fillUp(form: Locator): Promise<void> {
  for (const field of await form.locator("input[required]").all()) {
    if ((await field.inputValue()) !== "") continue;
    const [type, mode] = [await field.getAttribute("type"), await field.getAttribute("inputmode")];
    await field.fill(type === "date" ? "2030-01-01" : type === "email" ? "a@b.example" : mode ? "7" : "Something");
  }
}

/** Sends a form of which the server refuses one field: the reason stands at it, and all that was typed is still there. */
async function keepsWhatWasTyped(form: Locator, field: string, typed: Readonly<Record<string, string>>): Promise<void> {
  const at = form.locator(`[name="${field}"]`);
  for (const [name, value] of Object.entries({ [field]: TURNED, ...typed }))
    await form.locator(`[name="${name}"]`).fill(value);
  await fillUp(form);
  const before = await typedIn(form);
  await form.locator("button[type=submit]").click();
  await expect(at).toHaveAttribute("aria-invalid", "true");
  const said = ((await at.getAttribute("aria-describedby")) ?? "").split(" ").at(-1);
  await expect(form.locator(`[id="${said}"]`)).toHaveText(/\S\.$/);
  expect(await typedIn(form)).toEqual(before);
}

interface Form {
  /** what opens it; null = it stands on the page */
  opens: RegExp | null;
  /** the field that is refused, and what is typed into others than those that ask for something */
  field: string;
  typed?: Readonly<Record<string, string>>;
}

async function tryForms(page: Page, path: string, forms: readonly Form[]): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  for (const { opens, field, typed = {} } of forms)
    await test.step(`${path} ${opens?.source ?? "form"}`, async () => {
      const sheet = page.getByRole("dialog");
      if (opens !== null)
        await page.getByRole("main").or(page.getByRole("banner")).getByRole("button", { name: opens }).first().click();
      await keepsWhatWasTyped(opens === null ? page.locator(`form:has([name="${field}"])`) : sheet, field, typed);
      if (opens === null) return;
      await page.keyboard.press("Escape");
      await expect(sheet).toHaveCount(0);
    });
}

test("what was typed stays where the server refuses a form of an administrator", async ({ page, signInAs }) => {
  await signInAs("admin");
  await tryForms(page, "/admin/people", [{ opens: /^Invite a person/, field: "name" }]);
  await tryForms(page, "/admin/teams", [
    { opens: /^Add a team/, field: "name" },
    { opens: /^Add a site/, field: "timeZone", typed: { id: "rome", timeZone: "Mars/Olympus" } },
  ]);
  await tryForms(page, "/admin/nodes", [{ opens: /^Add a node/, field: "node", typed: { node: "Not an id" } }]);
  await tryForms(page, "/admin/tokens", [{ opens: null, field: "name", typed: { days: "12" } }]);
  await tryForms(page, "/account/tokens", [{ opens: null, field: "name", typed: { days: "12" } }]);
  await tryForms(page, `/fleet/${FEED.node}`, [{ opens: /^Rename/, field: "name" }]);
  await page.goto("/fleet?show=offline");
  await page.getByRole("button", { name: /^Views/ }).click();
  const views = page.getByRole("dialog");
  await views.getByLabel("Save what is shown now as").fill(TURNED);
  await views.getByRole("button", { name: "Save" }).click();
  await expect(views.getByRole("alert")).toBeVisible();
  await expect(views.getByLabel("Save what is shown now as")).toHaveValue(TURNED);
});

test("what was typed stays where the server refuses a form of an executive", async ({ page, signInAs }) => {
  await signInAs("executive");
  await tryForms(page, "/outcomes", [{ opens: /^Add an outcome/, field: "statement" }]);
  await tryForms(page, "/kpis", [{ opens: /^Add a KPI/, field: "name", typed: { unit: "kW" } }]);
  await tryForms(page, "/portfolio", [
    { opens: /^Propose a use case/, field: "title", typed: { summary: "In one line" } },
    { opens: /^Policy/, field: "why", typed: { budgetCents: "123456" } },
  ]);
});

test("what was typed stays at the doors", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  for (const path of ["/setup?token=spent", "/reset?token=spent", "/login"]) {
    await page.goto(path);
    const form = page.locator("form");
    await expect(form.locator("button[type=submit]")).toBeEnabled();
    for (const field of await form.locator("input").all())
      await field.fill((await field.getAttribute("type")) === "email" ? "ada@b.example" : "four plain words");
    const before = await typedIn(form);
    await form.locator("button[type=submit]").click();
    await expect(form.getByRole("alert"), path).toBeVisible();
    expect(await typedIn(form), path).toEqual(before);
  }
  await context.close();
});

// W12–W14 of the catalogue: what looks like a link in Markdown or like a template is text on the page too.
test("W12, W13 and W14 a name that looks like a program is shown as it was typed, and runs nothing", async ({
  page,
  signInAs,
}) => {
  await signInAs("admin");
  const names = ["[here](javascript:alert(1))", "{{7*7}}", "${7*7}"];
  page.on("dialog", (dialog) => {
    throw new Error(`a dialog came: ${dialog.message()}`);
  });
  for (const [i, name] of names.entries())
    await ask(page, "people.add", { name, email: `w${12 + i}@demo.invalid`, role: "auditor", withLink: false });
  await page.goto("/admin/people?order=name");
  for (const name of names) await expect(page.getByRole("link", { name, exact: true })).toHaveText(name);
  await expect(page.locator('a[href^="javascript:" i]')).toHaveCount(0);
  await page.getByRole("link", { name: names[0] ?? "", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(names[0] ?? "");
  await expect(page.getByRole("navigation", { name: "Path" })).toContainText(names[0] ?? "");
  await expect(page.locator("main")).not.toContainText("49");
});
