import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

/** Custom properties with a plain colour, by theme; dark inherits what it does not set. */
function theme(name: "light" | "dark"): Map<string, string> {
  const block = (selector: string) => css.slice(css.indexOf(selector)).split("}")[0] ?? "";
  const read = (text: string) =>
    [...text.matchAll(/--([a-z0-9-]+):\s*(#[0-9a-f]{6});/g)].map((match): [string, string] => [
      match[1] ?? "",
      match[2] ?? "",
    ]);
  return new Map([...read(block(":root {")), ...(name === "dark" ? read(block('[data-theme="dark"]')) : [])]);
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const PAIRS: [string, string][] = [
  ...["text", "text-muted", "text-faint", "accent", "ok", "watch", "bad", "unknown", "info"].flatMap(
    (text): [string, string][] => ["surface", "ground", "row-hover"].map((surface) => [text, surface]),
  ),
  ["text", "surface-sunk"],
  ["text-muted", "surface-sunk"],
  ["text-faint", "surface-sunk"],
  ["text-on-accent", "accent"],
  ["text-on-accent", "accent-strong"],
  ["accent-strong", "accent-soft"],
  ["text", "accent-soft"],
  ["bad", "bad-soft"],
  ["watch", "watch-soft"],
  ["ok", "ok-soft"],
  ["unknown", "unknown-soft"],
  ["info", "info-soft"],
];

describe.each(["light", "dark"] as const)("%s", (name) => {
  const tokens = theme(name);
  test.each(PAIRS)("%s on %s reaches 4.5:1", (text, surface) => {
    expect(contrast(tokens.get(text) ?? "", tokens.get(surface) ?? "")).toBeGreaterThanOrEqual(4.5);
  });
});
