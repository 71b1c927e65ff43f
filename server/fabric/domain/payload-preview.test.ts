import { expect, test } from "vitest";
import { previewPayload } from "./payload-preview";

const bytes = (text: string) => new TextEncoder().encode(text);

test("JSON is laid out with plain arrays on one line", () => {
  const preview = previewPayload(bytes('{"dt":[0,100,200],"columns":{"1":[2.31,null,"hot"]}}'), 52);
  expect(preview).toMatchObject({ kind: "json", bytes: 52, cut: false });
  expect(preview.text).toContain('"dt": [0, 100, 200]');
  expect(preview.text).toContain('"1": [2.31, null, "hot"]');
});

test("text that is cut off stays text, and bytes that are not text are shown in hexadecimal", () => {
  expect(previewPayload(bytes('{"v":1,"node'), 12)).toMatchObject({ kind: "text", text: '{"v":1,"node' });
  expect(previewPayload(Uint8Array.from([8, 150, 255]), 3)).toMatchObject({ kind: "binary", text: "08 96 ff" });
});

test("control characters and direction overrides cannot hide anything", () => {
  const preview = previewPayload(bytes("a\u0000b\u202ec\u001b[2J"), 10);
  expect(preview.text).toBe("a\\u0000b\\u202ec\\u001b[2J");
});

test("a large payload is cut", () => {
  const preview = previewPayload(bytes(`"${"x".repeat(10_000)}"`), 10_002);
  expect(preview.cut).toBe(true);
  expect(preview.text).toHaveLength(4_000);
});
