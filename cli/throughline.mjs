#!/usr/bin/env node
// Plain JavaScript, because it must speak plainly on a Node that is too old and in a clone without node_modules.
// It rebuilds dist/ when a source changed (about 20 ms to see that none did) and hands over to dist/cli.js.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST_NODE = [20, 19];
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @param {string} problem @param {string} fix @returns {never} */
function fail(problem, fix) {
  process.stderr.write(`error: ${problem}\nfix:   ${fix}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  fail(
    `Throughline needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`,
    "Install a current Node from https://nodejs.org (or: nvm install 22).",
  );
}
if (!existsSync(join(root, "node_modules", "esbuild", "package.json"))) {
  fail("The dependencies are not installed.", `Run: cd ${root} && npm ci`);
}

/** cli/build.ts as JavaScript, made anew when the file is newer. */
async function loadBuild() {
  const source = join(root, "cli", "build.ts");
  const compiled = join(root, "dist", "build.mjs");
  if (!existsSync(compiled) || statSync(compiled).mtimeMs < statSync(source).mtimeMs) {
    const { transformSync } = await import("esbuild");
    const { code } = transformSync(readFileSync(source, "utf8"), { loader: "ts", format: "esm", target: "node20" });
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(`${compiled}.${process.pid}`, code);
    renameSync(`${compiled}.${process.pid}`, compiled);
  }
  return import(pathToFileURL(compiled).href);
}

try {
  const { buildProcesses, bundlePath } = await loadBuild();
  const { failed } = await buildProcesses();
  for (const { name, message } of failed) process.stderr.write(`error: dist/${name}.js cannot be built.\n${message}\n`);
  if (!existsSync(bundlePath("cli")))
    fail("The command line cannot be built.", "Undo the last change to the sources, or run npm ci again.");
  await import(pathToFileURL(bundlePath("cli")).href);
} catch (cause) {
  if (cause?.code === "EACCES" || cause?.code === "EROFS")
    fail(`Cannot write ${join(root, "dist")}: permission denied.`, `Give your user write access to ${root}.`);
  if (cause?.code === "ENOSPC") fail(`The disk that holds ${root} is full.`, "Free some space and start again.");
  if (cause?.code === "ERR_MODULE_NOT_FOUND")
    fail(`The dependencies are not complete (${cause.message}).`, `Run: cd ${root} && npm ci`);
  throw cause;
}
