import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { pagePolicy, TOAST_STYLE_HASHES } from "./security-headers";

test("the toast library's own styles are allowed by hash, and the hash is that of the installed version", () => {
  const source = readFileSync(
    createRequire(import.meta.url)
      .resolve("sonner")
      .replace(/\.js$/, ".mjs"),
    "utf8",
  );
  const written = /__insertCSS\(("(?:[^"\\]|\\.)*")\)/.exec(source)?.[1] ?? '""';
  const css: unknown = JSON.parse(written);
  expect(css).not.toBe("");
  expect(TOAST_STYLE_HASHES[0]).toBe(`sha256-${createHash("sha256").update(String(css)).digest("base64")}`);
});

test("scripts of a page run by nonce only, and nothing may frame it", () => {
  const policy = pagePolicy({ nonce: "abc", isHttps: false, isDevelopment: false });
  const directives = new Map(policy.split("; ").map((part) => [part.split(" ")[0], part.split(" ").slice(1)]));
  expect(directives.get("script-src")).toEqual(["'self'", "'nonce-abc'", "'strict-dynamic'"]);
  expect(directives.get("style-src")).not.toContain("'unsafe-inline'");
  for (const name of ["object-src", "base-uri", "frame-ancestors", "script-src-attr"])
    expect(directives.get(name)).toEqual(["'none'"]);
  expect(policy).not.toContain("unsafe-eval");
  expect(policy).not.toContain("upgrade-insecure-requests");
  expect(pagePolicy({ nonce: "abc", isHttps: true, isDevelopment: false })).toContain("upgrade-insecure-requests");
});
