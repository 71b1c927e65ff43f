import type { LatestReading, Message } from "./live-messages";
import { afterSilence, BEAT_MS, retryDelayMs } from "./live-policy";

export type LiveState = "connecting" | "live" | "down";

const LOCK = "throughline-live";
const ANNOUNCE_MS = 10_000;
const FORGET_AFTER_MS = 30_000;

interface Want {
  streams: readonly number[];
  visible: boolean;
  heardMs: number;
}

/**
 * The browser's one connection to `/api/live`. Browsers allow six connections to a server over HTTP/1.1, so a stream per tab would
 * starve the seventh tab: the tab that holds the Web Lock opens it and passes what it hears on over a BroadcastChannel.
 *
 * LEADER: holds the lock; keeps what each tab wants; reopens the stream when that changes, when it fails (ever more slowly, see
 * live-policy.ts), and when it has gone silent; closes it while no tab is visible.
 * FOLLOWER: announces its wants every 10 s and when they change; becomes leader when the lock falls to it, and takes the lock when it is
 * looked at and has heard nothing for a while, because browsers freeze hidden tabs with what they hold.
 * DEPOSED: a leader whose lock was taken; it closes its stream and follows.
 * Without Web Locks (a plain-HTTP host name) every tab leads itself.
 */
export class LiveLine {
  private readonly tab = `${Date.now().toString(36)}-${performance.now().toString(36)}`;
  private readMessage: (data: unknown) => Message | null = () => null;
  private channel: BroadcastChannel | null = null;
  private source: EventSource | null = null;
  private sourceKey = "";
  private releaseLock: (() => void) | null = null;
  private leading = false;
  private stopped = true;
  private state: LiveState = "connecting";
  private timer: ReturnType<typeof setInterval> | null = null;
  private watch: ReturnType<typeof setInterval> | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;
  private heardMs = Date.now();
  private readonly wants = new Map<string, Want>();
  private readonly local = new Map<
    number,
    { streams: readonly number[]; handler: (readings: readonly LatestReading[]) => void }
  >();
  private nextLocal = 1;
  private readonly stateListeners = new Set<() => void>();
  private readonly changeListeners = new Set<(what: string) => void>();

  /** What checks messages is fetched first, after the page. */
  start(): void {
    this.stopped = false;
    import("./live-messages").then(
      ({ readMessage }) => {
        if (!this.stopped && this.channel === null) this.begin(readMessage);
      },
      () => this.setState("down"), // pages ask for themselves meanwhile, and loading one again fetches it again
    );
  }

  private begin(readMessage: (data: unknown) => Message | null): void {
    this.readMessage = readMessage;
    this.channel = new BroadcastChannel("throughline-live");
    this.channel.onmessage = (event: MessageEvent<unknown>) => {
      const message = readMessage(event.data);
      if (message) this.receive(message);
    };
    document.addEventListener("visibilitychange", this.onReturn);
    document.addEventListener("resume", this.onReturn);
    window.addEventListener("online", this.onReturn);
    window.addEventListener("pagehide", this.leave);
    this.timer = setInterval(this.announce, ANNOUNCE_MS);
    this.watch = setInterval(this.onWatch, BEAT_MS);
    this.heardMs = Date.now();
    this.announce();
    this.channel.postMessage({ type: "who" } satisfies Message);
    if ("locks" in navigator) this.queueForLead(false);
    else this.lead();
  }

  private queueForLead(steal: boolean): void {
    navigator.locks
      .request(
        LOCK,
        { steal },
        () =>
          new Promise<void>((release) => {
            if (this.stopped) {
              release();
              return;
            }
            this.releaseLock = release;
            this.lead();
          }),
      )
      .catch((cause: unknown) => {
        // AbortError: another tab took the lock because this one was silent, frozen most likely.
        if (!(cause instanceof DOMException) || cause.name !== "AbortError") throw cause;
        this.leading = false;
        this.releaseLock = null;
        this.closeSource();
        if (!this.stopped) this.queueForLead(false);
      });
  }

  stop(): void {
    this.leave();
    this.stopped = true;
    document.removeEventListener("visibilitychange", this.onReturn);
    document.removeEventListener("resume", this.onReturn);
    window.removeEventListener("online", this.onReturn);
    window.removeEventListener("pagehide", this.leave);
    if (this.timer) clearInterval(this.timer);
    if (this.watch) clearInterval(this.watch);
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

  onChanged(listener: (what: string) => void): () => void {
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

  /** Seen again, thawed or back on the network: what waited to try again tries now. */
  private readonly onReturn = (): void => {
    if (document.visibilityState === "visible") {
      // Silence while nobody looked says nothing: a stream that nobody looked at was closed.
      if (!this.leading) this.heardMs = Date.now();
      this.attempt = 0;
      if (this.leading && this.source === null) this.closeSource();
    }
    this.announce();
    this.onWatch();
  };

  private readonly onWatch = (): void => {
    if (this.stopped) return;
    // While the leader waits to try again no beat comes; without a word from it the others would take the lead in turn.
    if (this.leading && this.source === null) this.tell({ type: "state", state: this.state });
    const visible = document.visibilityState === "visible";
    const due = afterSilence(
      { leading: this.leading, visible, open: this.source !== null, heardMs: this.heardMs },
      Date.now(),
    );
    if (due === "nothing") return;
    this.heardMs = Date.now();
    if (due === "take over") {
      if ("locks" in navigator) this.queueForLead(true);
      return;
    }
    this.tellState("down");
    this.closeSource();
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
    const fromLeader = message.type === "latest" || message.type === "changed" || message.type === "beat";
    if (fromLeader || message.type === "state") this.heardMs = Date.now();
    if (message.type === "latest") this.deliver(message.readings);
    else if (message.type === "changed") for (const listener of this.changeListeners) listener(message.what);
    else if (message.type === "state") this.setState(message.state);
    else if (message.type === "beat") this.attempt = 0;
    else if (message.type === "who") {
      this.announce();
      if (this.leading) this.tell({ type: "state", state: this.state });
    } else if (message.type === "want") {
      this.wants.set(message.tab, { streams: message.streams, visible: message.visible, heardMs: Date.now() });
      this.follow();
    } else if (message.type === "bye") {
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
    if ((this.source || this.retry) && key === this.sourceKey) return;
    this.closeSource();
    this.open(key);
  }

  private open(key: string): void {
    this.sourceKey = key;
    const source = new EventSource(`/api/live?streams=${key}`);
    this.source = source;
    this.heardMs = Date.now();
    source.onopen = () => {
      this.heardMs = Date.now();
      this.tellState("live");
    };
    source.onerror = () => {
      // The server went away or told us to: come back by ourselves, ever more slowly, which EventSource would not.
      if (this.source !== source) return;
      this.tellState("down");
      this.closeSource();
      this.retry = setTimeout(
        () => {
          this.retry = null;
          this.follow();
        },
        retryDelayMs(this.attempt++, Math.random()), // jitter: a restarted server is not met by every browser at once
      );
    };
    source.onmessage = (event: MessageEvent<string>) => {
      const message = this.readMessage(JSON.parse(event.data));
      if (message?.type === "latest" || message?.type === "changed" || message?.type === "beat") this.tell(message);
    };
  }

  private closeSource(): void {
    if (this.retry) clearTimeout(this.retry);
    this.retry = null;
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
