import type { Logger } from "pino";
import type { DesiredFault } from "@/sdk/device/twin";
import type { Desired } from "@/sdk/wire/twin";
import {
  type ArtifactSource,
  ArtifactUnavailable,
  fetchArtifact,
  findCached,
  pruneArtifacts,
} from "./inference/artifacts";
import { ModelRefused } from "./inference/refusal";
import { SCAN_LIMITS } from "./inference/scan";
import type { ModelSidecar } from "./inference/sidecar";
import type { Slots } from "./inference/slots";

export interface DesiredModelsParts {
  slots: Slots;
  /** null: this node was not told where the control plane is */
  source: ArtifactSource | null;
  /** the alarm limit that this node's configuration sets over the manifest's */
  thresholdOf(slot: string): number | undefined;
  /** throws to keep a good model out of a slot */
  accepts(slot: string, sidecar: ModelSidecar): void;
  /** has the whole document applied again */
  again(): Promise<void>;
  /** a slot runs another model now */
  changed(): Promise<void>;
  log: Logger;
}

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;
const NO_SOURCE = "No controlPlaneUrl is set, so this node takes models from its own files only.";
const NO_MANIFEST = "The desired document names no manifest for this model.";

/**
 * The models that the desired document names. Before `start` only what is in the cache is loaded, so that a node without a
 * connection starts as it stopped and never waits for the network; after it what is missing is fetched, and tried again at a
 * slowing pace for as long as it is wanted. A slot keeps its model until the next one is here, whole, and has passed its probe.
 */
export class DesiredModels {
  #isStarted = false;
  #isStopped = false;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly parts: DesiredModelsParts) {}

  async apply(wanted: Desired["slots"]): Promise<DesiredFault[]> {
    const { slots, log } = this.parts;
    const faults: DesiredFault[] = [];
    let hasChanged = false;
    let isIncomplete = false;
    for (const { slot, artifact, manifest } of wanted) {
      if (slots.current(slot)?.digest === artifact) continue;
      try {
        await this.#load(slot, artifact, manifest);
        log.info({ slot, artifact }, "the model that the control plane wants runs");
        hasChanged = true;
      } catch (cause) {
        const code =
          cause instanceof ArtifactUnavailable || cause instanceof ModelRefused ? cause.code : "MODEL_UNREADABLE";
        const detail = cause instanceof Error ? cause.message : String(cause);
        if (cause instanceof ArtifactUnavailable) slots.waitsFor(slot, code, detail);
        if (cause instanceof ArtifactUnavailable && cause.isPassing) isIncomplete = true;
        faults.push({ path: `slots.${slot}`, code, detail: detail.slice(0, 1_000) });
      }
    }
    if (isIncomplete) this.#tryLater();
    else this.#failures = 0;
    if (faults.length === 0 && this.parts.source && this.#isStarted) await this.#prune(this.parts.source.dir, wanted);
    if (hasChanged && this.#isStarted) await this.parts.changed();
    return faults;
  }

  /** From now on what is missing is fetched. */
  start(): void {
    this.#isStarted = true;
    if (this.#timer) this.#schedule(0);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #load(slot: string, artifact: string, manifest: string | undefined): Promise<void> {
    const { slots, source, thresholdOf, accepts } = this.parts;
    if (source === null) throw new ArtifactUnavailable("NOT_SUPPORTED", NO_SOURCE, false);
    if (manifest === undefined) throw new ArtifactUnavailable("SCHEMA", NO_MANIFEST, false);
    const file = await this.#find(source, artifact);
    const sidecar = await this.#find(source, manifest);
    const threshold = thresholdOf(slot);
    await slots.load(
      { slot, model: file, manifest: sidecar, ...(threshold === undefined ? {} : { threshold }) },
      (described) => {
        if (`sha256:${described.sha256}` !== artifact)
          throw new ModelRefused("MODEL_HASH", `The manifest ${manifest} is that of another model than ${artifact}.`);
        accepts(slot, described);
      },
    );
  }

  async #find(source: ArtifactSource, digest: string): Promise<string> {
    if (this.#isStarted) return fetchArtifact(source, digest, SCAN_LIMITS.bytes);
    const cached = await findCached(source.dir, digest);
    if (cached === null)
      throw new ArtifactUnavailable("FETCH", `${digest} is not here yet; it is being fetched.`, true);
    return cached;
  }

  #tryLater(): void {
    const pauseMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    if (this.#isStarted) this.#failures += 1;
    // Jitter: nodes that lost the same server do not come back to it in step.
    this.#schedule(pauseMs * (0.5 + Math.random() / 2));
  }

  #schedule(inMs: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.parts.again().catch((cause: unknown) => this.parts.log.error({ err: cause }, "models could not be applied"));
    }, inMs);
    this.#timer.unref();
  }

  /** The cache holds what is wanted now; a node that goes back to an older model fetches it again. */
  async #prune(dir: string, wanted: Desired["slots"]): Promise<void> {
    const keep = new Set(wanted.flatMap(({ artifact, manifest }) => [artifact, manifest ?? ""]));
    await pruneArtifacts(dir, keep).catch((cause: unknown) =>
      this.parts.log.warn({ err: cause }, "models that are not wanted any more could not be removed"),
    );
  }
}
