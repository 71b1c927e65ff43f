import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Person, test } from "./support/people";

/** What each role's first page says, and what it alone looks at. */
const HOMES: readonly { person: Person; title: RegExp; sees: string; mayDecide: boolean }[] = [
  { person: "executive", title: /is committed to/, sees: "The line today", mayDecide: false },
  { person: "chair", title: /Nothing is up for decision/, sees: "The line today", mayDecide: false },
  { person: "data-scientist", title: /model/, sees: "Models", mayDecide: true },
  { person: "technician", title: /need|:/, sees: "The plant", mayDecide: true },
  { person: "admin", title: /./, sees: "The plant", mayDecide: true },
];

for (const { person, title, sees, mayDecide } of HOMES) {
  test(`the first page of the ${person} says what is true for that role, in both themes`, async ({
    page,
    signInAs,
  }) => {
    await signInAs(person);
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    for (const name of ["Needs you", "What changed", sees])
      await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
    await expect(page.getByRole("link", { name: /^Quarantine/ })).toHaveCount(mayDecide ? 1 : 0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map((node) => node.html).join()}`),
      ).toEqual([]);
    }
  });
}

test("whoever signs out is at the door, and Back shows nothing", async ({ page, signInAs }) => {
  await signInAs("member");
  await page.goto("/");
  await page.getByRole("button", { name: /Appearance and account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
  await page.goto("/fleet");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
});
