import { expect, type Locator, type Page } from "@playwright/test";

const FAR = 60;

/** Presses Tab until it is there, as somebody does who sees the focus move; every stop on the way must be one that can be seen. */
export async function tabTo(page: Page, goal: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await expect(goal).toBeVisible();
  for (let presses = 0; presses < FAR; presses++) {
    await page.keyboard.press(key);
    const { isThere, isSeen, what } = await goal.evaluate((element) => {
      const focused = document.activeElement;
      if (!(focused instanceof HTMLElement || focused instanceof SVGElement) || focused === document.body)
        return { isThere: false, isSeen: true, what: "the page itself" };
      const { outlineStyle, boxShadow } = getComputedStyle(focused);
      const { width, height } = focused.getBoundingClientRect();
      return {
        isThere: focused === element,
        isSeen: width > 0 && height > 0 && (outlineStyle !== "none" || boxShadow !== "none"),
        what: focused.outerHTML.slice(0, 120),
      };
    });
    expect({ isSeen, what }).toMatchObject({ isSeen: true });
    if (isThere) return;
  }
  throw new Error(`${FAR} presses of ${key} do not reach ${String(goal)}`);
}
