/** Requests this long after somebody last touched the page are still theirs; later ones the page makes by itself. */
const THEIRS_MS = 60_000;
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** Whether somebody is at the page: what they touched last, and when. Loading a page is a touch as well. */
export class Attention {
  private touchedMs: number;

  constructor(private readonly now: () => number = Date.now) {
    this.touchedMs = now();
  }

  /** Only what a person does counts: what scripts dispatch is not trusted by the browser. */
  follow(target: EventTarget): this {
    for (const name of TOUCHES)
      target.addEventListener(name, (event) => event.isTrusted && this.touch(), { passive: true, capture: true });
    return this;
  }

  touch(): void {
    this.touchedMs = this.now();
  }

  /** What a request says of itself: `x-tl-unattended` keeps it from prolonging the session (server/core/door.ts). */
  headers(): Record<string, string> {
    return this.now() - this.touchedMs > THEIRS_MS ? { "x-tl-unattended": "1" } : {};
  }
}

const attention = typeof window === "undefined" ? new Attention() : new Attention().follow(window);

/** Headers for a request that the page makes now. */
export function attentionHeaders(): Record<string, string> {
  return attention.headers();
}
