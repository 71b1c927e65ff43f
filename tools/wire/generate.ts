import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderWireDocuments } from "./documents";

/** `npm run wire:generate`: writes the public JSON Schemas and golden vectors; a test fails when they are not current. */
const FOLDER = "docs/api/wire";
mkdirSync(FOLDER, { recursive: true });
const files = renderWireDocuments();
for (const [name, content] of files) writeFileSync(join(FOLDER, name), content);
console.log(`${files.size} files written to ${FOLDER}`);
