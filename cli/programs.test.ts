import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findChromium, findProgram, howToInstall } from "./programs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tl-programs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(path: string, mode = 0o755): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, "");
  chmodSync(whole, mode);
  return whole;
}

test.each([
  ["on PATH", "bin/google-chrome-stable", (at: string) => ({ PATH: join(at, "bin") })],
  ["in a system's folder that PATH lacks", "system/chromium", () => ({ PATH: "" })],
  ["in Playwright's cache", ".cache/ms-playwright/chromium-1200/chrome-linux64/chrome", (at: string) => ({ HOME: at })],
  [
    "in a cache of its own",
    "own/chromium-1200/chrome-linux/chrome",
    (at: string) => ({ PLAYWRIGHT_BROWSERS_PATH: join(at, "own") }),
  ],
])("Chromium is found %s", (_, path, env) => {
  const planted = plant(path);
  expect(findChromium({ HOME: "/nowhere", ...env(folder) }, [join(folder, "system")], [])).toBe(planted);
});

test("a cache without the program, and a file nobody may run, are no Chromium", () => {
  plant("own/chromium-1200/INSTALLATION_COMPLETE");
  plant("bin/chromium", 0o644);
  const env = { HOME: "/nowhere", PATH: join(folder, "bin"), PLAYWRIGHT_BROWSERS_PATH: join(folder, "own") };
  expect(findChromium(env, [], [])).toBeNull();
  expect(findProgram(["chromium"], env, [])).toBeNull();
});

test("advice names the package manager that is there", () => {
  const env = { PATH: join(folder, "bin") };
  expect(howToInstall("mosquitto", env, [])).toBe("install mosquitto with your system's package manager");
  plant("bin/dnf");
  expect(howToInstall("mosquitto", env, [])).toBe("sudo dnf install mosquitto");
  plant("bin/apt-get");
  expect(howToInstall("mosquitto", env, [])).toBe("sudo apt-get install mosquitto");
});
