import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_BATCH_BYTES } from "@/sdk/wire/batch";
import { decodeJson, type MessageProperties, NO_PROPERTIES } from "./decode";

const withProperties = (extra: Partial<MessageProperties>): MessageProperties => ({ ...NO_PROPERTIES, ...extra });
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

test.each<[string, Buffer, Partial<MessageProperties>, string, RegExp]>([
  ["M01 empty", Buffer.alloc(0), {}, "PARSE", /empty/],
  ["M02 truncated JSON", Buffer.from('{"v":1,"no'), {}, "PARSE", /not JSON.*position 10|not JSON/],
  ["M03 trailing bytes", Buffer.from('{"v":1}garbage'), {}, "PARSE", /not JSON/],
  ["M04 byte order mark", Buffer.from('\ufeff{"v":1}'), {}, "PARSE", /byte order mark/],
  ["M05 UTF-16", Buffer.from('{"v":1}', "utf16le"), {}, "PARSE", /UTF-16/],
  ["M06 invalid UTF-8", Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), {}, "PARSE", /UTF-8/],
  ["M07 gzip that does not say so", gzipSync('{"v":1}'), {}, "CTYPE", /gzip/],
  ["M07 says gzip and is not", Buffer.from('{"v":1}'), { user: { ce: "gzip" } }, "PARSE", /not valid gzip/],
  ["M07 unknown compression", Buffer.from('{"v":1}'), { user: { ce: "zstd" } }, "CTYPE", /zstd/],
  ["M08 one byte too many", Buffer.alloc(MAX_BATCH_BYTES + 1, 0x20), {}, "TOO_LARGE", /262144/],
  [
    "M08 a gzip bomb",
    gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)),
    { user: { ce: "gzip" } },
    "TOO_LARGE",
    /grows beyond/,
  ],
  [
    "M08 a brotli bomb",
    brotliCompressSync(Buffer.alloc(64 * 1024 * 1024, 0x20)),
    { user: { ce: "br" } },
    "TOO_LARGE",
    /grows beyond/,
  ],
  ["M11 depth 10,000", Buffer.from(deep(10_000)), {}, "TOO_LARGE", /deeper than 8/],
  [
    "M12 depth 1,000,000, compressed",
    gzipSync(deep(1_000_000)),
    { user: { ce: "gzip" } },
    "TOO_LARGE",
    /deeper than 8/,
  ],
  [
    "M12 two million arrays, compressed",
    brotliCompressSync(`[${"[0],".repeat(2_000_000)}0]`),
    { user: { ce: "br" } },
    "TOO_LARGE",
    /more than 200000 arrays/,
  ],
  [
    "M12 400,000 keys, compressed",
    gzipSync(`{${'"a":0,'.repeat(400_000)}"b":0}`),
    { user: { ce: "gzip" } },
    "TOO_LARGE",
    /more than 300000 keys/,
  ],
  ["M13 the same key twice", Buffer.from('{"v":1,"v":2}'), {}, "PARSE", /same key twice/],
  ["M13 the same key twice, written differently", Buffer.from('{"v":1,"\\u0076":2}'), {}, "PARSE", /same key twice/],
  ["M14 __proto__", Buffer.from('{"v":1,"__proto__":{"polluted":true}}'), {}, "SCHEMA", /not allowed/],
  ["M14 constructor, escaped", Buffer.from('{"data":{"\\u0063onstructor":1}}'), {}, "SCHEMA", /not allowed/],
  [
    "M28 ten thousand user properties",
    Buffer.from('{"v":1}'),
    { userCount: 10_000 },
    "TOO_LARGE",
    /10000 user properties/,
  ],
  ["M30 content type text/html", Buffer.from("<html>"), { contentType: "text/html" }, "CTYPE", /text\/html/],
  ["N01 bare NaN", Buffer.from('{"columns":{"1":[NaN]}}'), {}, "PARSE", /not JSON/],
])("%s", (_name, payload, properties, code, message) => {
  const read = decodeJson(payload, withProperties(properties));
  expect(read).toMatchObject({
    ok: false,
    refusal: { code, message: expect.stringMatching(message), hint: expect.stringMatching(/\w/) },
  });
});

test("a million levels are refused before they are parsed", () => {
  const started = performance.now();
  decodeJson(gzipSync(deep(1_000_000)), withProperties({ user: { ce: "gzip" } }));
  expect(performance.now() - started).toBeLessThan(200);
});

test("what JSON can say is read back the same, plain and compressed", () => {
  const value = fc.dictionary(
    fc.string().filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
    fc.jsonValue({ maxDepth: 4 }),
  );
  fc.assert(
    fc.property(value, (json) => {
      const bytes = Buffer.from(JSON.stringify(json));
      const expected = { ok: true, value: JSON.parse(JSON.stringify(json)) };
      const plain = decodeJson(bytes, NO_PROPERTIES);
      // A generated value can itself hold a forbidden key deeper down: then it is refused, never changed.
      if (!plain.ok) return expect(plain.refusal.code).toBe("SCHEMA");
      expect(plain).toEqual(expected);
      expect(decodeJson(gzipSync(bytes), withProperties({ user: { ce: "gzip" } }))).toEqual(expected);
      expect(decodeJson(brotliCompressSync(bytes), withProperties({ user: { ce: "br" } }))).toEqual(expected);
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("no bytes throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom("", "gzip", "br"),
      (bytes, ce) => void decodeJson(Buffer.from(bytes), withProperties({ user: { ce } })),
    ),
    { numRuns: 3_000, seed: 11 },
  );
});
