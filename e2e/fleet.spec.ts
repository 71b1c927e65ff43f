import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import { addNode } from "./support/command";
import { FEED } from "./support/feed";

test("the fleet shows both edge workers of the plant live", async ({ page }) => {
  await page.goto("/fleet");
  for (const node of ["edge-lyon-1", "edge-lyon-2"]) {
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: node, exact: true }) });
    await expect(row).toBeVisible({ timeout: 45_000 });
    await expect(row).toContainText("sending", { timeout: 45_000 });
  }
  await expect(page.getByTestId("freshness")).toHaveAttribute("data-status", "ok");
});

test("a node is found by the filter, which is kept in the link, and opened from the keyboard", async ({ page }) => {
  await page.goto("/fleet");
  await expect(page.getByTestId("freshness")).toContainText("ago"); // the page is alive and listens to keys
  await page.keyboard.press("/");
  await page.keyboard.type(FEED.node);
  await expect(page).toHaveURL(new RegExp(`q=${FEED.node}`));
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue(FEED.node);
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/fleet/${FEED.node}$`));
  await expect(page.getByRole("heading", { level: 1 })).toContainText(FEED.node);
  await expect(page.getByRole("link", { name: FEED.wave, exact: true })).toBeVisible();
});

test("a node that nobody knows waits, is accepted, and its stream is there", async ({ page }) => {
  await page.goto("/fleet?show=proposed");
  await page.getByRole("button", { name: `Accept ${FEED.stranger}` }).click();
  await expect(page.getByText(`${FEED.stranger} accepted`)).toBeVisible();
  await page.goto(`/fleet/${FEED.stranger}`);
  await expect(page.getByRole("row").filter({ hasText: "fan-1/speed" })).toContainText("1,200", { timeout: 20_000 });
});

test("a node is renamed, retired and taken back; the broker refuses it meanwhile", async ({ page }) => {
  const { node, token, mqttUrl } = await addNode("e2e-spare");
  const login = { protocolVersion: 5, username: node, password: token, clientId: node, reconnectPeriod: 0 } as const;
  const client = await connectAsync(mqttUrl, login);
  const wasCut = new Promise<void>((cut) => client.once("close", () => cut()));
  const admitted = () =>
    connectAsync(mqttUrl, login).then(
      (again) => again.endAsync().then(() => true),
      () => false,
    );

  await page.goto(`/fleet/${node}`);
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Spare pump");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Spare pump:");
  await expect(page.getByText(node, { exact: false }).first()).toBeVisible();

  await page.getByRole("button", { name: "Retire" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retire" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Spare pump: retired");
  await expect(page.getByText("Its login is refused")).toBeVisible();
  await wasCut;
  expect(await admitted()).toBe(false);
  expect((await new AxeBuilder({ page }).setLegacyMode().analyze()).violations).toEqual([]);
  await page.goto("/fleet?q=spare");
  await expect(page.getByText("No node matches this filter")).toBeVisible();
  await page.getByRole("button", { name: /^Retired/ }).click();
  await page.getByRole("link", { name: "Spare pump" }).click();
  await page.getByRole("button", { name: "Take back" }).click();
  await expect(page.getByText("Spare pump is in service again")).toBeVisible();
  await expect.poll(admitted).toBe(true);

  await page.getByRole("button", { name: "Retire" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retire" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "Retire" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).not.toContainText("retired");
});

test("a page that nobody wrote says where to look", async ({ page }) => {
  await page.goto("/fleet/no-such-node");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing at this address");
});
