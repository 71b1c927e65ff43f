import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program some tests need, and the Debian package that brings it. */
interface Tool {
  programs: readonly string[];
  debianPackage: string;
  neededFor: string;
}

const TOOLS: readonly Tool[] = [
  {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    debianPackage: "chromium",
    neededFor: "browser tests",
  },
  { programs: ["mosquitto"], debianPackage: "mosquitto", neededFor: "tests against the Mosquitto broker" },
  { programs: ["mosquitto_pub"], debianPackage: "mosquitto-clients", neededFor: "tests with a foreign MQTT client" },
  { programs: ["strace"], debianPackage: "strace", neededFor: "kills at every system call of the buffer" },
];

/** Debian puts daemons in sbin, which an ordinary user's PATH often lacks. */
const FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

export function findProgram(names: readonly string[]): string | null {
  for (const name of names) {
    const folder = FOLDERS.find((candidate) => candidate !== "" && existsSync(join(candidate, name)));
    if (folder !== undefined) return join(folder, name);
  }
  return null;
}

/**
 * Installs what is missing through the system's package manager when this is root on a Debian-like machine.
 *
 * @returns one sentence per program that is still missing, with how to get it; empty when all is there.
 */
export function prepareMachine(): string[] {
  const missing = TOOLS.filter((tool) => findProgram(tool.programs) === null);
  if (missing.length === 0) return [];
  const packages = missing.map((tool) => tool.debianPackage);
  if (process.getuid?.() === 0 && findProgram(["apt-get"]) !== null) {
    console.log(`Installing ${packages.join(", ")} with apt-get`);
    const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
    spawnSync("apt-get", ["update", "-qq"], options);
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
  }
  return missing
    .filter((tool) => findProgram(tool.programs) === null)
    .map(
      (tool) =>
        `${tool.neededFor}: ${tool.programs[0]} is missing; install it with: sudo apt-get install ${tool.debianPackage}`,
    );
}
