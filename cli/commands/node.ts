import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { NodeId } from "@/sdk/wire/names";
import { systemContext } from "@/server/core/context";
import { listNodeSummaries } from "@/server/fabric/node-queries";
import { addNode, rotateNodeToken } from "@/server/fabric/node-verbs";
import type { Pool } from "pg";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";
import { findConnection, withMqttUser } from "@/cli/connection";
import { INGEST_USER } from "@/cli/embedded/credentials";
import { hashToken, newNodeToken } from "@/server/core/node-token";
import { tryLogin } from "@/cli/mqtt-login";
import { withPool } from "@/cli/pool";
import { readSettings, type Settings } from "@/cli/settings";

/** How long the broker may take to know a new login. Ours may be starting again after its end, which takes seconds on a busy machine. */
const OUR_BROKER_MS = 15_000;
const THEIR_BROKER_MS = 5_000;

const HELP = `throughline node add <id> [--site <site>] [--trust] [--json]
throughline node rotate-token <id> [--json]
throughline node list [--json]

add           registers an edge node and shows its token, once. --trust: the streams it announces are accepted at once.
rotate-token  replaces the token; what is connected with the old one is disconnected.
list          every node with its state.

add and rotate-token return when the broker accepts the new login.
Example: throughline node add pump-house-1 --site lyon --trust --json
         {"node":"pump-house-1","token":"tln_…","mqttUrl":"mqtt://127.0.0.1:1883"}
`;

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { site: { type: "string" }, trust: { type: "boolean" }, json: { type: "boolean" } },
    });
    const [verb, id, ...rest] = positionals;
    if (verb === undefined || rest.length > 0)
      throw new CliError("node needs a verb: add, list or rotate-token.", "See: throughline node --help", EXIT_USAGE);
    const settings = readSettings(process.env);
    if (verb === "list" && id === undefined) return withPool(settings, (pool) => list(pool, values.json ?? false));
    if (verb !== "add" && verb !== "rotate-token")
      throw new CliError(
        `node has no verb ${JSON.stringify(verb)}.`,
        "Use add, list or rotate-token; see: throughline node --help",
        EXIT_USAGE,
      );
    const node = checkedId(id);
    const token = newNodeToken();
    await withPool(settings, async (pool) => {
      const ctx = await systemContext(pool, "command line");
      if (verb === "rotate-token") await rotateNodeToken(ctx, node, hashToken(token));
      else
        await addNode(ctx, {
          id: node,
          site: values.site === undefined ? null : checkedSite(values.site),
          trusted: values.trust ?? false,
          tokenHash: hashToken(token),
        });
      return 0;
    });
    return tell(settings, node, token, values.json ?? false);
  },
};

async function tell(settings: Settings, node: string, token: string, json: boolean): Promise<number> {
  const { nodeUrl, deviceUrl: plain } = findConnection(settings);
  const patienceMs = settings.mqttUrl === null ? OUR_BROKER_MS : THEIR_BROKER_MS;
  const accepted = nodeUrl !== null && (await acceptedWithin(withMqttUser(nodeUrl, node, token), patienceMs));
  // Told in any case: the token exists from now on and is stored nowhere.
  if (json) process.stdout.write(`${JSON.stringify({ node, token, mqttUrl: plain })}\n`);
  else
    process.stdout.write(
      `node   ${node}\ntoken  ${token}\nbroker ${plain ?? "none runs"}\n\nThe token is shown once; keep it. It is the password, the node's name is the user name.\n`,
    );
  if (accepted || plain === null) return 0;
  if (settings.mqttUrl === null) {
    throw new CliError(
      `The node is registered, but the broker did not accept its login within ${patienceMs / 1000} s.`,
      'See "throughline status" and logs/broker.log; the login becomes valid once the broker has read it.',
    );
  }
  process.stderr.write(
    `note:  ${plain} does not accept this login yet. MQTT_URL names a broker of yours: give it the user ${node} with this token.\n`,
  );
  return 0;
}

async function acceptedWithin(url: string, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(50))
    if (await tryLogin(url)) return true;
  return false;
}

async function list(pool: Pool, json: boolean): Promise<number> {
  const nodes = await listNodeSummaries(pool);
  if (json) process.stdout.write(`${JSON.stringify(nodes)}\n`);
  else if (nodes.length === 0) process.stdout.write("No nodes yet. Add one: throughline node add <id> --trust\n");
  else
    for (const node of nodes)
      process.stdout.write(
        `${node.id.padEnd(24)} ${node.status.padEnd(9)} ${(node.online ? "online" : "offline").padEnd(8)} ${String(node.streams).padStart(5)} streams  ${node.hasToken ? "" : "no token  "}${node.trusted ? "trusted" : ""}\n`,
      );
  return 0;
}

function checkedId(id: string | undefined): string {
  const parsed = NodeId.safeParse(id);
  if (!parsed.success)
    throw new CliError(
      id === undefined ? "The node's id is missing." : `${JSON.stringify(id)} cannot be a node's id.`,
      "Use 1 to 63 of a-z 0-9 . _ - and begin with a letter or digit, such as pump-house-1.",
      EXIT_USAGE,
    );
  if (parsed.data.startsWith(INGEST_USER))
    throw new CliError(
      `Names that begin with ${INGEST_USER} belong to the control plane.`,
      "Choose another id.",
      EXIT_USAGE,
    );
  return parsed.data;
}

function checkedSite(site: string): string {
  const parsed = NodeId.safeParse(site);
  if (!parsed.success)
    throw new CliError(
      `${JSON.stringify(site)} cannot be a site's id.`,
      "Use 1 to 63 of a-z 0-9 . _ - and begin with a letter or digit, such as lyon.",
      EXIT_USAGE,
    );
  return parsed.data;
}
