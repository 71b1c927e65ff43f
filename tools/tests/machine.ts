import { spawnSync } from "node:child_process";
import { findChromium, findProgram, howToInstall } from "@/cli/programs";

/** A program some tests need, and the package that brings it. */
interface Tool {
  name: string;
  find: () => string | null;
  package: string;
  neededFor: string;
}

const byName = (name: string) => ({ name, find: () => findProgram([name]) });

const TOOLS: readonly Tool[] = [
  {
    name: "Chromium",
    find: findChromium,
    package: "chromium",
    neededFor: "browser tests",
  },
  { ...byName("mosquitto"), package: "mosquitto", neededFor: "tests against the Mosquitto broker" },
  { ...byName("mosquitto_pub"), package: "mosquitto-clients", neededFor: "tests with a foreign MQTT client" },
  { ...byName("unshare"), package: "util-linux", neededFor: "tests of a full disk and of a machine without network" },
  { ...byName("ip"), package: "iproute2", neededFor: "tests of a machine without network" },
  { ...byName("strace"), package: "strace", neededFor: "kills at every system call of the buffer" },
];

/**
 * Installs what is missing through the system's package manager when this is root on a Debian-like machine.
 *
 * @returns one sentence per program that is still missing, with how to get it; empty when all is there.
 */
export function prepareMachine(): string[] {
  const missing = TOOLS.filter(({ find }) => find() === null);
  if (missing.length === 0) return [];
  const packages = missing.map((tool) => tool.package);
  if (process.getuid?.() === 0 && findProgram(["apt-get"]) !== null) {
    console.log(`Installing ${packages.join(", ")} with apt-get`);
    const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
    spawnSync("apt-get", ["update", "-qq"], options);
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
  }
  return missing
    .filter(({ find }) => find() === null)
    .map((tool) => `${tool.neededFor}: ${tool.name} is missing; install it with: ${howToInstall(tool.package)}`);
}
