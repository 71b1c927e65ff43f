import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findViolations, type Violation } from "./rules";
import { scanImports } from "./scan";

/**
 * Checks import directions over the files git tracks or would track. A checker that reads no file also finds no
 * violation, so reading fewer than it must is an error of its own.
 *
 * @throws {Error} when the tree has no TypeScript at all.
 */
export function checkImports(root: string): { files: number; imports: number; violations: Violation[] } {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => file !== "" && existsSync(join(root, file)));
  const imports = scanImports(root, files);
  const read = files.filter((file) => /\.tsx?$/.test(file));
  if (read.length === 0 || imports.length === 0)
    throw new Error(`no TypeScript found under ${root}: nothing was checked`);
  const client = read.filter((file) => {
    if (file.startsWith("components/") && !file.includes(".test.")) return true;
    return file.startsWith("app/") && /^["']use client["']/.test(readFileSync(join(root, file), "utf8").trimStart());
  });
  return { files: read.length, imports: imports.length, violations: findViolations(imports, new Set(client)) };
}

if (process.argv[1]?.endsWith("check.ts")) {
  const { files, imports, violations } = checkImports(process.cwd());
  for (const { rule, at, message } of violations) console.error(`${at}  [${rule}] ${message}`);
  console.log(`imports: ${files} files, ${imports} value imports, ${violations.length} violations`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
