import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDownTopic, parseUpTopic } from "@/sdk/wire/topics";
import { parsePlain } from "@/sdk/wire/plain";
import { decodeJson, NO_PROPERTIES } from "@/server/ingest/decode";
import { readBatch } from "@/server/ingest/read-batch";
import { DOCUMENTS, renderWireDocuments } from "./documents";
import { DOWN_EXAMPLES, type Example, UP_EXAMPLES } from "./examples";

const FOLDER = join(import.meta.dirname, "../../docs/api/wire");
const ARRIVED_MS = 1_767_225_700_000;

test("the published schemas and vectors are what the code says today (else: npm run wire:generate)", () => {
  const rendered = renderWireDocuments();
  for (const [name, content] of rendered) expect(readFileSync(join(FOLDER, name), "utf8"), name).toBe(content);
  const published = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  expect(published.toSorted()).toEqual([...rendered.keys()].toSorted());
});

/** What the control plane says of a vector, short of what it would have to ask its registry. */
function judge({ topic, contentType, document }: Example): string {
  const parsed = parseUpTopic(topic);
  if (!parsed) return "no topic of the contract";
  const payload = Buffer.from(JSON.stringify(document));
  if (parsed.kind === "plain") {
    const plain = parsePlain(payload.toString());
    return plain.ok ? "accepted" : plain.refusal.code;
  }
  const decoded = decodeJson(payload, { ...NO_PROPERTIES, ...(contentType ? { contentType } : {}) });
  if (!decoded.ok) return decoded.refusal.code;
  if (parsed.kind === "batch") {
    const read = readBatch(decoded.value, parsed, ARRIVED_MS);
    return read.ok ? "accepted" : read.refusal.code;
  }
  if (parsed.kind === "rsp") return "no vector";
  return DOCUMENTS[parsed.kind].safeParse(decoded.value).success ? "accepted" : "SCHEMA";
}

/** Which alias a birth named is known to the registry alone; its refusal is proven where ingest meets a database. */
const JUDGED = UP_EXAMPLES.filter((example) => example.expect !== "UNKNOWN_ALIAS");

test.each(JUDGED.map((example) => [example.name, example] as const))("vector %s", (_, example) => {
  expect(judge(example)).toBe(example.expect);
});

test.each(DOWN_EXAMPLES.map((example) => [example.name, example] as const))(
  "a node can read %s",
  (_, { topic, document }) => {
    const parsed = parseDownTopic(topic);
    const schema = parsed?.kind === "ack" ? DOCUMENTS.ack : DOCUMENTS.desired;
    expect(schema.safeParse(document).success).toBe(true);
  },
);
