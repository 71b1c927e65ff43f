import { z } from "zod";

/** A stream's newest reading as the server tells it; `tsMs` is the capture time. */
const Latest = z.object({ id: z.number(), tsMs: z.number(), value: z.number().nullable(), quality: z.number() });
export type LatestReading = z.infer<typeof Latest>;

const Changed = z.enum(["nodes", "quarantine", "events"]);
export type ChangedTopic = z.infer<typeof Changed>;

/** What the leading tab passes on, and what the others ask of it. */
const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("latest"), readings: z.array(Latest) }),
  z.object({ type: z.literal("changed"), what: Changed }),
  z.object({ type: z.literal("state"), state: z.enum(["connecting", "live", "down"]) }),
  z.object({ type: z.literal("want"), tab: z.string(), streams: z.array(z.number()), visible: z.boolean() }),
  z.object({ type: z.literal("bye"), tab: z.string() }),
  z.object({ type: z.literal("who") }),
]);
type Message = z.infer<typeof Message>;

export type LiveState = "connecting" | "live" | "down";

const ANNOUNCE_MS = 10_000;
const FORGET_AFTER_MS = 30_000;
const RETRY_MS = 3_000;

interface Want {
  streams: readonly number[];
  visible: boolean;
  heardMs: number;
}

/**
 * The browser's one connection to `/api/live`. Browsers allow six connections to a server over HTTP/1.1, so a stream per tab would
 * starve the seventh tab: the tab that holds the Web Lock opens it and passes what it hears on over a BroadcastChannel.
 *
 * LEADER: holds the lock; keeps what each tab wants; reopens the stream when that changes; closes it while no tab is visible.
 * FOLLOWER: announces its wants every 10 s and when they change; becomes leader when the lock falls to it.
 * Without Web Locks (a plain-HTTP host name) every tab leads itself.
 */
export class LiveLine {
  private readonly tab = `${Date.now().toString(36)}-${performance.now().toString(36)}`;
  private channel: BroadcastChannel | null = null;
  private source: EventSource | null = null;
  private sourceKey = "";
  private releaseLock: (() => void) | null = null;
  private leading = false;
  private stopped = true;
  private state: LiveState = "connecting";
  private timer: ReturnType<typeof setInterval> | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private readonly wants = new Map<string, Want>();
  private readonly local = new Map<
    number,
    { streams: readonly number[]; handler: (readings: readonly LatestReading[]) => void }
  >();
  private nextLocal = 1;
  private readonly stateListeners = new Set<() => void>();
  private readonly changeListeners = new Set<(what: ChangedTopic) => void>();

  start(): void {
    this.stopped = false;
    this.channel = new BroadcastChannel("throughline-live");
    this.channel.onmessage = (event: MessageEvent<unknown>) => {
      const message = Message.safeParse(event.data);
      if (message.success) this.receive(message.data);
    };
    document.addEventListener("visibilitychange", this.announce);
    window.addEventListener("pagehide", this.leave);
    this.timer = setInterval(this.announce, ANNOUNCE_MS);
    this.announce();
    this.channel.postMessage({ type: "who" } satisfies Message);
    if (!("locks" in navigator)) {
      this.lead();
      return;
    }
    void navigator.locks.request(
      "throughline-live",
      () =>
        new Promise<void>((release) => {
          if (this.stopped) {
            release();
            return;
          }
          this.releaseLock = release;
          this.lead();
        }),
    );
  }

  stop(): void {
    this.leave();
    this.stopped = true;
    document.removeEventListener("visibilitychange", this.announce);
    window.removeEventListener("pagehide", this.leave);
    if (this.timer) clearInterval(this.timer);
    if (this.retry) clearTimeout(this.retry);
    this.leading = false;
    this.closeSource();
    this.channel?.close();
    this.channel = null;
    this.releaseLock?.();
    this.releaseLock = null;
  }

  /** Asks for readings of some streams. @returns the end of it */
  want(streams: readonly number[], handler: (readings: readonly LatestReading[]) => void): () => void {
    const key = this.nextLocal++;
    this.local.set(key, { streams, handler });
    this.announce();
    return () => {
      this.local.delete(key);
      this.announce();
    };
  }

  readonly onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  readonly getState = (): LiveState => this.state;

  onChanged(listener: (what: ChangedTopic) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  private readonly announce = (): void => {
    if (this.stopped) return;
    const streams = [...new Set([...this.local.values()].flatMap((want) => want.streams))];
    const visible = document.visibilityState === "visible";
    this.wants.set(this.tab, { streams, visible, heardMs: Date.now() });
    this.channel?.postMessage({ type: "want", tab: this.tab, streams, visible } satisfies Message);
    this.follow();
  };

  private readonly leave = (): void => {
    this.channel?.postMessage({ type: "bye", tab: this.tab } satisfies Message);
  };

  private lead(): void {
    this.leading = true;
    this.channel?.postMessage({ type: "who" } satisfies Message);
    this.follow();
  }

  private receive(message: Message): void {
    if (message.type === "latest") this.deliver(message.readings);
    else if (message.type === "changed") for (const listener of this.changeListeners) listener(message.what);
    else if (message.type === "state") this.setState(message.state);
    else if (message.type === "who") {
      this.announce();
      if (this.leading) this.tell({ type: "state", state: this.state });
    } else if (message.type === "want") {
      this.wants.set(message.tab, { streams: message.streams, visible: message.visible, heardMs: Date.now() });
      this.follow();
    } else {
      this.wants.delete(message.tab);
      this.follow();
    }
  }

  /** Leader only: has the event stream carry what the visible tabs want, or none while nobody looks. */
  private follow(): void {
    if (!this.leading || this.stopped) return;
    const now = Date.now();
    for (const [tab, want] of this.wants)
      if (now - want.heardMs > FORGET_AFTER_MS && tab !== this.tab) this.wants.delete(tab);
    const visible = [...this.wants.values()].filter((want) => want.visible);
    if (visible.length === 0) {
      this.closeSource();
      return;
    }
    const key = [...new Set(visible.flatMap((want) => want.streams))]
      .sort((a, b) => a - b)
      .slice(0, 500)
      .join(",");
    if (this.source && key === this.sourceKey) return;
    this.closeSource();
    this.open(key);
  }

  private open(key: string): void {
    this.sourceKey = key;
    const source = new EventSource(`/api/live?streams=${key}`);
    this.source = source;
    source.onopen = () => this.tellState("live");
    source.onerror = () => {
      // The server went away or told us to: come back by ourselves, a little later than EventSource would.
      this.tellState("down");
      if (this.source !== source) return;
      this.closeSource();
      this.retry = setTimeout(() => this.follow(), RETRY_MS);
    };
    source.onmessage = (event: MessageEvent<string>) => {
      const message = Message.safeParse(JSON.parse(event.data));
      if (message.success && (message.data.type === "latest" || message.data.type === "changed"))
        this.tell(message.data);
    };
  }

  private closeSource(): void {
    if (this.retry) clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  private tell(message: Message): void {
    this.channel?.postMessage(message);
    if (message.type !== "state") this.receive(message);
  }

  private tellState(state: LiveState): void {
    this.setState(state);
    this.tell({ type: "state", state });
  }

  private setState(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.stateListeners) listener();
  }

  private deliver(readings: readonly LatestReading[]): void {
    for (const { streams, handler } of this.local.values()) {
      const wanted = readings.filter((reading) => streams.includes(reading.id));
      if (wanted.length > 0) handler(wanted);
    }
  }
}
