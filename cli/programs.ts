import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Daemons lie in sbin, which an ordinary user's PATH often lacks; browsers come by a system's package, a snap or an app. */
const FIXED_FOLDERS = [
  "/usr/local/bin",
  "/usr/bin",
  "/usr/sbin",
  "/usr/local/sbin",
  "/opt/homebrew/bin",
  "/opt/homebrew/sbin",
  "/snap/bin",
];
const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const CHROMIUM_APPS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
/** Where an unpacked Chromium of Playwright has its program, by release and system. */
const IN_CACHE = [
  "chrome-linux64/chrome",
  "chrome-linux/chrome",
  "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
  "chrome-win/chrome.exe",
];

/** First of the programs that is there, by its name on PATH or in the system's folders; null when none is. */
export function findProgram(
  names: readonly string[],
  env: Environment = process.env,
  fixed: readonly string[] = FIXED_FOLDERS,
): string | null {
  const folders = [...(env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""), ...fixed];
  return firstRunnable(names.flatMap((name) => folders.map((folder) => join(folder, name))));
}

/**
 * The browser of the browser tests, the pictures and the doctor's finding: on PATH, in the system's folders, or in Playwright's cache.
 * Null when there is none.
 */
export function findChromium(
  env: Environment = process.env,
  fixed: readonly string[] = FIXED_FOLDERS,
  apps: readonly string[] = CHROMIUM_APPS,
): string | null {
  return findProgram(CHROMIUM_NAMES, env, fixed) ?? firstRunnable(apps) ?? firstRunnable(cachedChromiums(env));
}

function cachedChromiums(env: Environment): string[] {
  const home = env.HOME ?? homedir();
  const caches = [
    env.PLAYWRIGHT_BROWSERS_PATH ?? "",
    join(home, ".cache", "ms-playwright"),
    join(home, "Library", "Caches", "ms-playwright"),
  ];
  return caches
    .filter((cache) => cache !== "" && existsSync(cache))
    .flatMap((cache) =>
      readdirSync(cache)
        .filter((entry) => /^chromium-\d+$/.test(entry))
        .flatMap((entry) => IN_CACHE.map((program) => join(cache, entry, program))),
    );
}

function firstRunnable(paths: readonly string[]): string | null {
  for (const path of paths) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue; // not here, or not to be run by us: the next place
    }
  }
  return null;
}

const MANAGERS = [
  { program: "apt-get", install: "sudo apt-get install" },
  { program: "dnf", install: "sudo dnf install" },
  { program: "apk", install: "sudo apk add" },
  { program: "pacman", install: "sudo pacman -S" },
  { program: "zypper", install: "sudo zypper install" },
  { program: "brew", install: "brew install" },
] as const;

/** The command that installs a package here, with the package manager that is there; without one, what to do in words. */
export function howToInstall(name: string, env?: Environment, fixed?: readonly string[]): string {
  const manager = MANAGERS.find(({ program }) => findProgram([program], env, fixed) !== null);
  return manager ? `${manager.install} ${name}` : `install ${name} with your system's package manager`;
}
