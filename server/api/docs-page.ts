import { createHash } from "node:crypto";
import { z } from "zod";
import { openApiDocument } from "./openapi";

const STYLE = `:root{color-scheme:light dark;--ground:#fff;--text:#1b1a17;--link:#0b6b6f}@media(prefers-color-scheme:dark){:root{--ground:#131412;--text:#eceae3;--link:#4fb8b3}}
body{background:var(--ground);color:var(--text);font:16px/1.55 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}a{color:var(--link)}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{padding:.75rem;border:1px solid;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td{overflow-wrap:anywhere}th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid}
section{margin-top:2.5rem}h2 code{font-size:1.1em}`;

/** Only its own style, by hash; no script, nothing from elsewhere. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const Parameter = z.object({
  name: z.string(),
  required: z.boolean(),
  description: z.string().default(""),
  schema: z.record(z.string(), z.unknown()),
});
const Operation = z.object({
  summary: z.string(),
  description: z.string(),
  parameters: z.array(Parameter),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: z.record(z.string(), z.object({ schema: z.unknown() })) }),
  ),
});
const Property = z.object({ description: z.string().default("") }).catchall(z.unknown());
const Document = z.object({
  info: z.object({ description: z.string() }),
  paths: z.record(z.string(), z.object({ get: Operation })),
  components: z.object({
    schemas: z.record(z.string(), z.object({ properties: z.record(z.string(), Property) })),
  }),
});

/** The document of the API as a page to read. */
export function docsPage(): string {
  const { info, paths, components } = Document.parse(openApiDocument());
  const routes = Object.entries(paths)
    .map(([path, { get }]) => {
      const parameters = get.parameters.map(({ name, required, description, schema }) => [
        code(name),
        `${escape(description)}${required ? " (required)" : ""}`,
        code(brief(schema)),
      ]);
      const types = Object.keys(get.responses["200"]?.content ?? {}).map(code);
      return `<section id="${escape(path.slice(1))}"><h2>${code(`GET /api/v1${path}`)}</h2><p>${escape(get.description).replace(/`([^`]+)`/g, "<code>$1</code>")}</p>${
        parameters.length > 0 ? table(["Parameter", "Meaning", "Values"], parameters) : ""
      }<p>Answers ${types.join(", ")}.</p></section>`;
    })
    .join("");
  const schemas = Object.entries(components.schemas)
    .filter(([name]) => !name.endsWith("Page"))
    .map(([name, { properties }]) => {
      const fields = Object.entries(properties).map(([field, { description, ...schema }]) => [
        code(field),
        escape(description),
        code(brief(schema)),
      ]);
      return `<section id="${escape(name)}"><h2>${escape(name)}</h2>${table(["Field", "Meaning", "Values"], fields)}</section>`;
    })
    .join("");
  const refusals = Object.entries(paths["/readings"]?.get.responses ?? {})
    .filter(([status]) => status !== "200")
    .map(([status, { description }]) => [code(status), escape(description)]);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Throughline API</title><style>${STYLE}</style></head><body><main>
<h1>Throughline API, version 1</h1><p>${escape(info.description)}</p>
<p>Send a token with every request. Machines read the same as <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<pre>curl -H "Authorization: Bearer $TOKEN" \\
  "http://localhost:3000/api/v1/readings?node=press-1&amp;stream=pump-1/vibration-rms&amp;from=2026-03-01T00:00:00Z&amp;limit=100"</pre>
<p>A page of rows comes as <code>{"data":[…],"next":"…"}</code>. Send <code>next</code> back as <code>cursor</code> with the same parameters until it is null.</p>
${routes}<section><h2>Refusals</h2><p>A refusal has a code that keeps its meaning, a sentence, the field at fault and what to change.</p>${table(["Status", "When"], refusals)}</section>${schemas}</main></body></html>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<table><thead><tr>${cells('th scope="col"', head).replaceAll('</th scope="col">', "</th>")}</tr></thead><tbody>${body}</tbody></table>`;
}

const Brief = z.object({
  type: z.union([z.string(), z.array(z.string()).transform((types) => types.join(" or "))]).default("any"),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.union([z.string(), z.number()]).optional(),
});

/** A schema in a few words. */
function brief(schema: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(schema.anyOf)) {
    return schema.anyOf
      .map((part: unknown) => (typeof part === "object" && part !== null ? brief({ ...part }) : ""))
      .join(" or ");
  }
  const { type, format, enum: values, minimum, maximum, default: usual } = Brief.parse(schema);
  const range = minimum === undefined || maximum === undefined ? "" : ` ${minimum} to ${maximum}`;
  const kind = values ? values.join(", ") : `${type}${format ? ` (${format})` : ""}`;
  return `${kind}${range}${usual === undefined ? "" : `; default ${usual}`}`;
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
