import { publicAddress } from "@/sdk/wire/address";
import { EdgeConfig, ENVIRONMENT, type ReadConfig } from "./config";

type Setting = keyof typeof EdgeConfig.shape;

const MEANING: Record<Setting, string> = {
  node: "who this node is; also its MQTT user name",
  site: "the site it stands on",
  labels: "free words about it, for finding and grouping",
  url: "the broker to report to",
  token: "what it logs in with (throughline node add prints it)",
  tokenFile: "a file that holds the token, instead of token",
  controlPlaneUrl: "where models are fetched from that the control plane wants in a slot: the address of its pages",
  dataDir: "where the durable buffer lives; default .throughline/edge/<node>",
  host: "address that /health and /metrics listen on",
  port: "port that /health and /metrics listen on; 0 = any free one",
  logLevel: "trace, debug, info, warn, error or silent",
  sealMs: "longest wait of readings before they are sent while there is a connection, ms; or one number per lane",
  quotaMb: "disk the buffer may take, MB",
  pipelineStateMb: "memory one pipeline may keep in windows, MB",
  memoryMb: "memory this worker may take with all its models, MB; a model that would take it over is refused",
  probeMemoryMb: "memory a new model may take while it is tried, MB",
  probeTimeoutMs: "time a new model has to load and answer, ms",
  streams:
    "what is measured: key, quantity, UCUM unit, device, rate; limits name what is in order; clean marks values out of range, stuck or jumping",
  adapters: "where readings come from: replay, simulator, mqtt, http",
  slots:
    "models by slot: the .onnx file and the .json manifest beside it; without a file the control plane names the model",
  pipelines: "how readings become windows, scores and events (wire contract §9)",
};

/** Keys whose values are secrets wherever they stand: in an adapter, in its headers, in labels. */
const SECRET_KEY = /token|password|secret|authorization|api-?key|cookie/i;
const HIDDEN = "(hidden)";

/**
 * One block per setting: value, where it came from, its default, what it means; also when the configuration cannot be used
 * yet, which is when somebody asks. Secrets are not shown: the token, what `redact` finds.
 */
export function explain({ config, given, sources }: ReadConfig): string {
  const lines: string[] = [];
  const values: Readonly<Record<string, unknown>> = config ?? given;
  for (const key of EdgeConfig.keyof().options) {
    const source = sources.get(key);
    const from =
      source === undefined ? "default" : source.kind === "default" ? "default" : `${source.kind} ${source.name}`;
    const variable = Object.entries(ENVIRONMENT).find(([, setting]) => setting === key)?.[0];
    const preset = EdgeConfig.shape[key].safeParse(undefined);
    const value = values[key] ?? (preset.success ? preset.data : undefined);
    lines.push(
      `${key} = ${key === "token" ? (value ? "(set)" : "(not set)") : show(redact(value))}`,
      `    ${MEANING[key]}`,
      `    from: ${from}   default: ${preset.success ? show(preset.data) : "none, must be set"}${variable ? `   environment: ${variable}` : ""}`,
    );
  }
  return lines.join("\n");
}

/** The value without what may not be read over a shoulder: every header, values under secret keys, user and query of addresses. */
function redact(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => redact(one));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        key === "headers" || SECRET_KEY.test(name) ? (name === "tokenFile" ? inner : HIDDEN) : redact(inner, name),
      ]),
    );
  if (typeof value !== "string" || !/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || !URL.canParse(value)) return value;
  const { username, password, search } = new URL(value);
  const shown = publicAddress(value);
  const hidden = [...(username || password ? ["user and password"] : []), ...(search ? ["query"] : [])];
  return hidden.length > 0 ? `${shown} (${hidden.join(", ")} hidden)` : value;
}

function show(value: unknown): string {
  if (value === undefined) return "(not set)";
  const text = JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text;
}
