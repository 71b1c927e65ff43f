import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readTrained } from "./trained-models";

const folder = mkdtempSync(join(tmpdir(), "tl-trained-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const list = join(folder, "trained.json");
const model = { plant: "pump-house", slot: "pump-health", file: list, pipeline: {} };

test.each([
  ["empty", ""],
  ["cut off", JSON.stringify([model]).slice(0, 40)],
  ["no JSON", "\u0000\u0000"],
  ["of another release", JSON.stringify({ models: [model] })],
  ["naming a model that is gone", JSON.stringify([{ ...model, file: join(folder, "gone.onnx") }])],
])("a list of trained models that is %s counts as absent", (_, text) => {
  writeFileSync(list, text);
  expect(readTrained(folder)).toBeNull();
});

test("a whole list is read, and an absent one is absent", () => {
  expect(readTrained(join(folder, "nowhere"))).toBeNull();
  writeFileSync(list, JSON.stringify([model]));
  expect(readTrained(folder)).toEqual([model]);
});
