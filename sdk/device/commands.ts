import { join } from "node:path";
import { z } from "zod";
import { COMMAND_VERBS, CORRELATION_BYTES, Command, CommandAnswer } from "@/sdk/wire/command";
import { readIfThere, replaceFile } from "./buffer/files";
import { Serial } from "./buffer/serial";
import type { IncomingMessage } from "./link";

/** Answers kept for commands that are sent again. */
const MAX_ANSWERS = 256;
/** What is ignored is told at most this often, so that a flood of it fills neither log nor buffer. */
const TELL_EVERY_MS = 60_000;
const Stored = z.array(z.tuple([z.string(), CommandAnswer.nullable()])).max(MAX_ANSWERS * 2);

/** What a verb's handler gives back; throwing answers `failed` with the message. */
export type CommandResult = Record<string, unknown> | void;
export type CommandHandler = (args: Record<string, unknown>) => Promise<CommandResult> | CommandResult;

export interface CommandReply {
  topic: string;
  correlation: Buffer;
  answer: CommandAnswer;
}

/**
 * Commands run at most once. Before a handler starts, the correlation id is on the disk without an answer; after it has
 * ended, with one. A repeated id gets the stored answer; one that a crash cut off is answered `failed`, because nobody
 * knows how far it came. Expired commands are answered `expired` and never run.
 */
export class Commands {
  private readonly handlers = new Map<string, CommandHandler>();
  private readonly serial = new Serial();
  ignored = 0;
  private tellIgnored: (detail: string) => void = () => undefined;
  private toldAtMs: number | null = null;

  private constructor(
    private readonly path: string,
    private readonly ownPrefix: string,
    private readonly answers: Map<string, CommandAnswer | null>,
    private readonly now: () => number,
  ) {}

  static async open(root: string, node: string, now: () => number): Promise<Commands> {
    const path = join(root, "answers.json");
    const text = await readIfThere(path);
    const stored = text === null ? null : Stored.safeParse(parseJson(text));
    return new Commands(path, `tl/1/${node}/up/`, new Map(stored?.success ? stored.data : []), now);
  }

  on(verb: string, handler: CommandHandler): void {
    this.handlers.set(verb, handler);
  }

  /** Called for a command that is ignored, at most once a minute: whoever sends such a thing tries something. */
  onIgnored(tell: (detail: string) => void): void {
    this.tellIgnored = tell;
  }

  /** What to publish for this command; `null` when it is not to be answered at all. */
  handle(verb: string, message: IncomingMessage): Promise<CommandReply | null> {
    return this.serial.run(() => this.answer(verb, message));
  }

  private async answer(verb: string, message: IncomingMessage): Promise<CommandReply | null> {
    const { responseTopic, correlation } = message;
    // An answer outside our own topics would make this node speak in someone else's name; without an id there is no "once".
    if (
      !responseTopic?.startsWith(this.ownPrefix) ||
      /[+#\0]/.test(responseTopic) ||
      correlation?.length !== CORRELATION_BYTES
    ) {
      this.ignore(verb, responseTopic);
      return null;
    }
    const id = correlation.toString("hex");
    const reply = (answer: CommandAnswer): CommandReply => ({ topic: responseTopic, correlation, answer });
    const known = this.answers.get(id);
    if (known) return reply(known);
    if (known === null)
      return reply(
        await this.keep(
          id,
          failure(verb, "failed", "The node restarted while this command ran; look before you send it again."),
        ),
      );

    const parsed =
      message.payload.length === 0
        ? Command.safeParse({ v: 1 })
        : Command.safeParse(parseJson(message.payload.toString("utf8")));
    if (!parsed.success)
      return reply(await this.keep(id, failure(verb, "refused", parsed.error.issues[0]?.message ?? "not a command")));
    if (!COMMAND_VERBS.some((one) => one === verb))
      return reply(await this.keep(id, failure(verb, "unknown-verb", `This node does not know ${verb}.`)));
    const expiresAt = parsed.data.args.expiresAt;
    if (message.expirySeconds === 0 || (typeof expiresAt === "number" && expiresAt < this.now())) {
      return reply(await this.keep(id, failure(verb, "expired", "The command came too late and was not run.")));
    }
    const handler = this.handlers.get(verb);
    if (!handler) return reply(await this.keep(id, failure(verb, "refused", `Nothing on this node handles ${verb}.`)));
    this.answers.set(id, null);
    await this.save();
    return reply(await this.keep(id, await run(verb, handler, parsed.data.args)));
  }

  private ignore(verb: string, responseTopic: string | null | undefined): void {
    this.ignored += 1;
    const now = this.now();
    if (this.toldAtMs !== null && Math.abs(now - this.toldAtMs) < TELL_EVERY_MS) return;
    this.toldAtMs = now;
    this.tellIgnored(
      `The command ${verb.slice(0, 32)} was ignored: its answer would go to ${responseTopic?.slice(0, 200) ?? "nobody"}. Commands need a response topic under ${this.ownPrefix} and ${CORRELATION_BYTES} bytes of correlation data.`,
    );
  }

  private async keep(id: string, answer: CommandAnswer): Promise<CommandAnswer> {
    this.answers.set(id, answer);
    for (const old of this.answers.keys()) {
      if (this.answers.size <= MAX_ANSWERS) break;
      this.answers.delete(old);
    }
    await this.save();
    return answer;
  }

  private save(): Promise<void> {
    return replaceFile(this.path, JSON.stringify([...this.answers]));
  }
}

async function run(verb: string, handler: CommandHandler, args: Record<string, unknown>): Promise<CommandAnswer> {
  try {
    const result = await handler(args);
    return { v: 1, verb, ok: true, code: "done", ...(result ? { result } : {}) };
  } catch (cause) {
    return failure(verb, "failed", cause instanceof Error ? cause.message : String(cause));
  }
}

function failure(verb: string, code: CommandAnswer["code"], detail: string): CommandAnswer {
  return { v: 1, verb: verb.slice(0, 32), ok: false, code, detail: detail.slice(0, 1_000) };
}

/** JSON or, where it is none, a value that no schema takes. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return cause instanceof SyntaxError ? undefined : cause;
  }
}
