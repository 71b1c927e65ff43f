import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SCAN_LIMITS } from "@/edge-worker/inference/scan";
import { TRIED_WORDS } from "@/server/identity/domain/easy-password";

/** What the pages of docs/security promise to name, they name: compared with the sources, so that neither grows without the other. */
const root = join(import.meta.dirname, "..", "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const prose = (...path: string[]) => read(...path).replaceAll(/\s+/g, " ");

/** Sources of the product under some folders, without tests. */
function sources(...folders: string[]): { path: string; text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|testing/.test(path))
      .map((path) => ({ path: join(folder, path), text: read(folder, path) })),
  );
}

test("every table is in one class of data.md", () => {
  const made = readdirSync(join(root, "db", "migrations")).flatMap((file) =>
    [
      ...read("db", "migrations", file).matchAll(
        /create (?:unlogged )?table (?:if not exists )?([a-z][a-z0-9_]*)(?!\.)\b/g,
      ),
    ].map(([, name = ""]) => name),
  );
  const tables = [...new Set(made)].filter((name) => name !== "public").sort();
  expect(tables.length).toBeGreaterThan(30);
  const page = read("docs", "security", "data.md");
  const listed = page
    .split("\n")
    .filter((line) => /^\| [A-Z][a-z]+ \| `/.test(line))
    .flatMap((line) => [...line.matchAll(/`([a-z_0-9]+)`/g)].map(([, name = ""]) => name));
  expect(listed.sort()).toEqual(tables);
});

test("every cryptographic function is in cryptography.md", () => {
  const used = sources("app", "server", "sdk", "edge-worker", "cli", "db").flatMap(({ text }) =>
    [...text.matchAll(/import \{([^}]+)\} from "(?:node:crypto|@node-rs\/argon2|next-auth\/jwt)"/g)].flatMap(
      ([, names = ""]) => names.split(",").map((name) => name.replace(/^\s*type\s|\s/g, "")),
    ),
  );
  const page = read("docs", "security", "cryptography.md");
  const named = (name: string) =>
    name === "hash" || name === "verify" ? page.includes("argon2id") : page.includes(name);
  expect(new Set(used).size).toBeGreaterThan(6);
  expect([...new Set(used)].filter((name) => name !== "" && name !== "Hash" && !named(name))).toEqual([]);
});

test("no hash or cipher that is broken is used", () => {
  const weak = /create(?:Hash|Hmac)\(\s*"(?:md5|sha1|ripemd|md4)|createCipher|createDecipher|Math\.random/;
  const found = sources("app", "server", "sdk", "edge-worker", "cli", "db").flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, i) => (weak.test(line) ? [`${path}:${i + 1}`] : [])),
  );
  // Neither is a secret: they keep many from coming back at once, and say so on the line or the one before it.
  expect(found.map((at) => at.replace(/:\d+$/, ""))).toEqual([
    "app/_shell/live-line.ts",
    "edge-worker/desired-models.ts",
  ]);
});

test("every process that writes a log is in logs.md, and every log that is a table is one", () => {
  const page = read("docs", "security", "logs.md");
  const named = sources("server", "edge-worker").flatMap(({ text }) =>
    [...text.matchAll(/(?:openLogger\(|runServerProcess\(\{\s*name: )"([a-z-]+)"/g)].map(([, name = ""]) => name),
  );
  expect(named).toContain("web");
  for (const name of named) expect(page).toContain(`| \`${name}\` |`);
});

test("the page on signing in lists the words that make no password", () => {
  const page = prose("docs", "security", "sign-in.md");
  for (const word of TRIED_WORDS) expect(page).toContain(word);
  expect(page).toContain("the organisation's name");
});

test("the page on signing in says what becomes of several sessions, and of those of a provider", () => {
  const page = prose("docs", "security", "sign-in.md");
  expect(page).toContain("signed in on any number of browsers at the same time");
  expect(page).toContain("Signing out at the provider does not end the session here");
});

test("the page on models says what a file may be and how large", () => {
  const page = prose("docs", "models.md");
  expect(page).toContain(`ONNX, at most ${SCAN_LIMITS.bytes / 1_048_576} MiB`);
  expect(page).toContain(`${SCAN_LIMITS.nodes.toLocaleString("en").replace(",", " ")} nodes`);
});

test("SECURITY.md says by when a hole is mended", () => {
  const page = prose("SECURITY.md");
  for (const frame of ["within 7 days", "within 30 days", "within 90 days"]) expect(page).toContain(frame);
});

test("every field of a password is masked, says which it is to a password manager, and may be pasted into", () => {
  const pages = sources("app", "components");
  const fields = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/autoComplete[=:] ?"(?:current|new)-password"/g)].map(({ index }) => ({
      path,
      around: text.slice(Math.max(0, index - 160), index + 160),
    })),
  );
  expect(fields).toHaveLength(5); // signing in, set-up, a new one by link, and two where one changes one's own
  for (const { path, around } of fields) expect(around, path).toMatch(/type[=:] ?"password"|\{\.\.\.PASSWORD\}/);
  for (const { path, text } of pages) expect(text, path).not.toMatch(/onPaste|onCopy/);
});
