import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./support/people";

test("a use case is rated by RICE, refused at the field where it divides by zero, and shows what each score is made of", async ({
  page,
  signInAs,
}) => {
  await signInAs("data-scientist");
  await page.goto("/portfolio");
  await page.getByRole("link", { name: "Press wear, line 2" }).click();
  const sheet = page.locator("section").filter({ has: page.getByRole("heading", { name: "By other methods" }) });
  const line = (method: string) => sheet.getByRole("row", { name: new RegExp(`^${method}`) });
  await expect(line("RICE")).toContainText("unknown");
  await expect(line("Net present value")).toContainText("€");
  await expect(line("Payback")).toContainText(/mo|not within a year/);

  await sheet.getByRole("button", { name: /^Rate / }).click();
  const dialog = page.getByRole("dialog");
  const rice = dialog.getByRole("group", { name: "RICE" });
  await rice.getByLabel("Reach", { exact: true }).fill("14");
  await rice.getByLabel("Effort, person-months").fill("0");
  await rice.getByLabel("Reached, per period").fill("presses/mo");
  await rice.getByLabel("Impact").selectOption("2");
  await rice.getByLabel("Confidence").selectOption("0.8");
  await dialog.getByRole("button", { name: "Save the rating" }).click();
  await expect(dialog.getByRole("alert")).toContainText("more than 0");
  await expect(rice.getByLabel("Reach", { exact: true })).toHaveValue("14");
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  await rice.getByLabel("Effort, person-months").fill("4");
  await dialog.getByRole("button", { name: "Save the rating" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(line("RICE")).toContainText("5.6 presses/mo/person-month");
  await expect(line("RICE")).toContainText("reach 14 presses/mo, impact 2, confidence 0.8, effort 4 person-month");
  await expect(line("ICE")).toContainText("nobody has rated it by this method");
});
