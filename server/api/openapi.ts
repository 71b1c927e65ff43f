import { z } from "zod";
import { API_ROUTES } from "./routes";
import type { ApiRoute } from "./route";
import {
  ErrorBody,
  EventRow,
  Health,
  InferenceRow,
  LatestReading,
  NodeRow,
  NoParams,
  Reading,
  StreamRow,
} from "./schema";

type Json = Record<string, unknown>;

const SCHEMAS = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  ...{ Error: ErrorBody, Reading, LatestReading, Node: NodeRow, Stream: StreamRow },
  ...{ Event: EventRow, InferenceRecord: InferenceRow, Health },
}))
  SCHEMAS.add(schema, { id });
for (const { response, responseName } of API_ROUTES) SCHEMAS.add(response, { id: responseName });

/** The routes that are answered without a token: whether the server lives says nothing about anybody. */
export const OPEN_ROUTES: readonly Pick<
  ApiRoute,
  "path" | "summary" | "description" | "params" | "responseName" | "columns"
>[] = [
  {
    path: "/health",
    summary: "Whether the server answers",
    description: "200 while the database answers, 503 otherwise. Needs no token.",
    params: NoParams,
    responseName: "Health",
    columns: null,
  },
];

/** What each status of a refusal means; every one carries the same body. */
const REFUSALS: Readonly<Record<string, string>> = {
  "400": "A parameter cannot be used; `field` names it",
  "401": "No token, or one that is expired or revoked",
  "404": "There is no such thing, or it is not yours to see",
  "405": "Only GET is answered",
  "429": "Too many requests; Retry-After says when to come back",
  "500": "The server failed; its log has the correlation id",
  "503": "The database was too slow or is away; ask for less, or later",
};

/** The OpenAPI 3.1 document of `/api/v1`, made of the very schemas with which requests are read and answers are made. */
export function openApiDocument(): Json {
  const open = OPEN_ROUTES.map((route) => [route.path, { get: operation(route, null) }]);
  const routes = API_ROUTES.map((route) => [route.path, { get: operation(route, route.action) }]);
  return {
    openapi: "3.1.1",
    info: {
      title: "Throughline",
      version: "1",
      description:
        "Read what the line measured. Times are UTC, units are UCUM codes. A published field is never renamed, narrowed or reused.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }],
    paths: Object.fromEntries([...open, ...routes]),
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token: npx throughline token create --role …" },
      },
      schemas: componentSchemas(),
    },
  };
}

function operation(route: (typeof OPEN_ROUTES)[number], action: string | null): Json {
  const json = { $ref: `#/components/schemas/${route.responseName}` };
  return {
    operationId: route.path.slice(1),
    summary: route.summary,
    description: action === null ? route.description : `${route.description} Needs the permission \`${action}\`.`,
    ...(action === null ? { security: [] } : {}),
    parameters: Object.entries(route.params.shape).map(([name, schema]) => parameter(name, schema)),
    responses: {
      "200": {
        description: route.summary,
        content: {
          "application/json": { schema: json },
          ...(route.columns === null
            ? {}
            : {
                "application/x-ndjson": { schema: { type: "string" } },
                "text/csv": { schema: { type: "string" } },
              }),
        },
      },
      ...Object.fromEntries(
        Object.entries(REFUSALS).map(([status, description]) => [
          status,
          { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
        ]),
      ),
    },
  };
}

function parameter(name: string, schema: z.core.$ZodType): Json {
  const { description, ...described } = jsonSchemaOf(schema);
  return {
    name,
    in: "query",
    required: !z.safeParse(schema, undefined).success,
    ...(description === undefined ? {} : { description }),
    schema: described,
  };
}

/** What a parameter is after it was read from its text: `limit` is a whole number although a URL can only carry digits. */
function jsonSchemaOf(schema: z.core.$ZodType): Json {
  const { $schema: _dialect, openapi, ...described }: Json = z.toJSONSchema(schema, { unrepresentable: "any" });
  return typeof openapi === "object" && openapi !== null ? { ...described, ...openapi } : described;
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(SCHEMAS, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(schemas)
      .filter(([id]) => id !== "__shared")
      .map(([id, { $id: _id, $schema: _dialect, ...schema }]) => [id, schema]),
  );
}
