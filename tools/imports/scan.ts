import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseSync } from "oxc-parser";

/** One import that exists at run time: types are gone by then and may cross any line. */
export interface ValueImport {
  /** importing file, relative to the root, with forward slashes */
  from: string;
  line: number;
  /** the words between the quotes */
  specifier: string;
  /** file of this project, or null for a package or a Node built-in */
  file: string | null;
  /** package name without its sub-path, such as `zod` or `node:fs`; null for a file of this project */
  packageName: string | null;
}

const ENDINGS = ["", ".ts", ".tsx", ".mjs", ".js", ".css", "/index.ts", "/index.tsx"];

/** Value imports of the files, static and `import()`, resolved against the set of files that exist. */
export function scanImports(root: string, files: readonly string[]): ValueImport[] {
  const known = new Set(files);
  return files.filter((file) => /\.(tsx?|mjs)$/.test(file)).flatMap((file) => scanFile(root, file, known));
}

function scanFile(root: string, from: string, known: ReadonlySet<string>): ValueImport[] {
  const source = readFileSync(join(root, from), "utf8");
  const { module, errors } = parseSync(from, source);
  if (errors.length > 0) throw new Error(`${from} does not parse: ${errors[0]?.message}`);

  const found: { specifier: string; start: number }[] = [];
  for (const statement of module.staticImports) {
    const isValue = statement.entries.length === 0 || statement.entries.some((entry) => !entry.isType);
    if (isValue) found.push({ specifier: statement.moduleRequest.value, start: statement.start });
  }
  for (const statement of module.staticExports) {
    const entry = statement.entries.find((candidate) => candidate.moduleRequest !== null && !candidate.isType);
    if (entry?.moduleRequest) found.push({ specifier: entry.moduleRequest.value, start: statement.start });
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const literal = /^["'`](.+)["'`]$/.exec(source.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[1]) found.push({ specifier: literal[1], start });
  }
  return found.map(({ specifier, start }) => ({
    from,
    line: source.slice(0, start).split("\n").length,
    specifier,
    ...resolve(from, specifier, known),
  }));
}

function resolve(
  from: string,
  specifier: string,
  known: ReadonlySet<string>,
): Pick<ValueImport, "file" | "packageName"> {
  const isLocal = specifier.startsWith("@/") || specifier.startsWith(".");
  if (!isLocal) {
    const [scope, name] = specifier.split("/");
    return { file: null, packageName: specifier.startsWith("@") ? `${scope}/${name}` : (scope ?? specifier) };
  }
  const path = specifier.startsWith("@/") ? specifier.slice(2) : normalize(join(dirname(from), specifier));
  const file = ENDINGS.map((ending) => `${path}${ending}`).find((candidate) => known.has(candidate));
  return { file: file ?? path, packageName: null };
}
