import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "@/cli/build";
import { findMosquitto } from "@/cli/embedded/broker";
import type { Instance } from "@/cli/instance";
import { findChromium, howToInstall } from "@/cli/programs";
import { probePort } from "@/cli/ports";
import { PORT_VARIABLES, type Settings } from "@/cli/settings";
import { hasPages, isWebBuilt } from "@/cli/web-build";
import { fail, ok, warn, type Finding } from "./check";

const OLDEST_NODE = [20, 19] as const;
const MIN_FREE_BYTES = 500 * 1024 * 1024;
const GOOD_FREE_BYTES = 5 * 1024 * 1024 * 1024;
const MIN_MEMORY_BYTES = 1.5 * 1024 * 1024 * 1024;

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const found = `Node ${version} on ${process.platform}-${process.arch}`;
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
    return fail("node", found, `Install Node ${OLDEST_NODE.join(".")} or newer.`);
  return ok("node", found);
}

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      optional: z.boolean().optional(),
      dev: z.boolean().optional(),
      peer: z.boolean().optional(),
    }),
  ),
});

/** Compares what package-lock.json asks for with what node_modules says it holds. */
export function checkInstall(root: string = PROJECT_ROOT): Finding {
  const installed = join(root, "node_modules", ".package-lock.json");
  const fix = `Run: cd ${root} && npm ci`;
  if (!existsSync(installed)) return fail("dependencies", "node_modules is missing", fix);
  const wanted = Lock.safeParse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
  const present = Lock.safeParse(JSON.parse(readFileSync(installed, "utf8")));
  if (!wanted.success || !present.success) return fail("dependencies", "the lock files cannot be read", fix);
  const missing: string[] = [];
  let missingDev = 0;
  for (const [path, { version, optional, dev }] of Object.entries(wanted.data.packages)) {
    if (path === "" || optional) continue;
    const have = present.data.packages[path];
    if (have && have.version === version) continue;
    if (dev) missingDev++;
    else missing.push(path.replace(/^.*node_modules\//, ""));
  }
  if (missing.length > 0)
    return fail(
      "dependencies",
      `${missing.length} packages are missing or of another version (${missing.slice(0, 3).join(", ")}…)`,
      fix,
    );
  if (missingDev > 0)
    return warn("dependencies", `complete for running; ${missingDev} packages for tests and checks are missing`, fix);
  return ok("dependencies", `${Object.keys(present.data.packages).length} packages, as in package-lock.json`);
}

export function checkDataFolder({ dataDir }: Settings): Finding {
  let at = dataDir;
  while (!existsSync(at)) at = dirname(at);
  if (!statSync(at).isDirectory())
    return fail("data folder", `${at} is not a folder`, "Set THROUGHLINE_DATA to a folder.");
  try {
    accessSync(at, constants.W_OK | constants.X_OK);
  } catch {
    return fail(
      "data folder",
      `${at} cannot be written`,
      "Give your user write access to it, or set THROUGHLINE_DATA to a folder you own.",
    );
  }
  const secrets = join(dataDir, "secrets.json");
  if (existsSync(secrets) && process.platform !== "win32" && (statSync(secrets).mode & 0o077) !== 0)
    return warn("data folder", `${secrets} can be read by others`, `Run: chmod 600 ${secrets}`);
  return ok("data folder", existsSync(dataDir) ? dataDir : `${dataDir} (made at first start)`);
}

export function checkDisk({ dataDir }: Settings): Finding {
  let at = dataDir;
  while (!existsSync(at)) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return judgeDisk(bavail * bsize, at);
}

/** @param freeBytes what an ordinary user may still write */
export function judgeDisk(freeBytes: number, at: string): Finding {
  const found = `${(freeBytes / 2 ** 30).toFixed(1)} GB free at ${at}`;
  if (freeBytes < MIN_FREE_BYTES)
    return fail("disk", found, "Free some space, or set THROUGHLINE_DATA to a folder on another disk.");
  if (freeBytes < GOOD_FREE_BYTES)
    return warn("disk", found, "Enough to try it out; for keeping data have 5 GB or more.");
  return ok("disk", found);
}

export function checkMemory(): Finding {
  // MemAvailable counts caches that the system would give back; freemem does not.
  const meminfo = existsSync("/proc/meminfo")
    ? /MemAvailable:\s+(\d+) kB/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]
    : undefined;
  return judgeMemory(meminfo === undefined ? freemem() : Number(meminfo) * 1024);
}

export function judgeMemory(available: number): Finding {
  const found = `${(available / 2 ** 30).toFixed(1)} of ${(totalmem() / 2 ** 30).toFixed(1)} GB available, ${availableParallelism()} cores`;
  return available < MIN_MEMORY_BYTES
    ? warn("memory", found, "Have 1.5 GB free: building the pages takes about 1 GB once.")
    : ok("memory", found);
}

export async function checkPorts(
  { ports, databaseUrl, mqttUrl }: Settings,
  instance: Instance | null,
): Promise<Finding[]> {
  if (instance) return [ok("ports", `in use by Throughline itself (process ${instance.pid})`)];
  const wanted: [keyof typeof ports, number][] = [
    ["web", ports.web],
    ["ingest", ports.ingest],
    ["jobs", ports.jobs],
    ["edge", ports.edge],
    ["edge", ports.edge + 1],
    ...(mqttUrl === null ? [["mqtt", ports.mqtt] satisfies [keyof typeof ports, number]] : []),
    ...(databaseUrl === null ? [["postgres", ports.postgres] satisfies [keyof typeof ports, number]] : []),
  ];
  const findings = await Promise.all(
    wanted.map(async ([name, port]): Promise<Finding[]> => {
      const state = await probePort(port);
      const variable = PORT_VARIABLES[name];
      if (state === "busy")
        return [
          fail(
            "ports",
            `${port} (${name}) is used by another program`,
            `Stop that program, or set ${variable} to a free port.`,
          ),
        ];
      return state === "denied"
        ? [fail("ports", `${port} (${name}) may not be opened by this user`, `Set ${variable} to a port above 1023.`)]
        : [];
    }),
  );
  const bad = findings.flat();
  return bad.length > 0 ? bad : [ok("ports", `${wanted.map(([, port]) => port).join(", ")} are free`)];
}

export function checkMosquitto(): Finding {
  const path = findMosquitto();
  return path
    ? ok("mosquitto", path)
    : warn(
        "mosquitto",
        "not installed; the broker from npm is used (no shared subscriptions, no Will delay)",
        `Good enough on one machine. For more: ${howToInstall("mosquitto")}.`,
      );
}

export function checkPages(): Finding {
  if (!hasPages()) return fail("pages", "app/ is missing", "Clone the whole project again.");
  return isWebBuilt() ? ok("pages", "built") : ok("pages", "not built yet; the next start builds them");
}

/** The browser tests need a Chromium; running Throughline does not. */
export function checkChromium(): Finding {
  const path = findChromium();
  if (path !== null) return ok("chromium", path);
  return warn(
    "chromium",
    "not found; only the browser tests need it",
    `Run: npx playwright install chromium   (or: ${howToInstall("chromium")})`,
  );
}
