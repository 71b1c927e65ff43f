import { ACTS, mayOpen, PAGES, type Act, type Reader } from "./registry";

/** A key press, as much of it as matters here. */
export interface Press {
  key: string;
  ctrl: boolean;
  meta: boolean;
  alt: boolean;
  /** It belongs to a text field, a menu or an open dialog. */
  typing: boolean;
  /** Milliseconds of any steady clock. */
  atMs: number;
}

/** The first key of a pair that waits for its second, or null. */
export type Waiting = { key: string; atMs: number } | null;

export type Meaning = { kind: "go"; href: string } | { kind: "act"; act: Act };

/** How long a second key may take. */
export const PAIR_WITHIN_MS = 1_200;

/**
 * What a key press means, given the key before it. Keys without Ctrl or Cmd mean nothing while somebody types, and nothing at all when
 * single-key shortcuts are switched off (WCAG 2.1.4: speech input would press them by accident); Ctrl K works always.
 */
export function readKey(
  press: Press,
  waiting: Waiting,
  { reader, singleKeys }: { reader: Reader | null; singleKeys: boolean },
): { meaning: Meaning | null; waiting: Waiting } {
  if (press.ctrl || press.meta) {
    const chord = ACTS.find((entry) => entry.keys?.length === 1 && entry.keys[0] === `Mod+${press.key.toLowerCase()}`);
    const isOurs = chord !== undefined && !press.alt && press.ctrl !== press.meta;
    return { meaning: isOurs ? { kind: "act", act: chord.act } : null, waiting: null };
  }
  if (press.typing || press.alt || !singleKeys) return { meaning: null, waiting: null };

  if (waiting && press.atMs - waiting.atMs <= PAIR_WITHIN_MS) {
    const second = meaningOfPair(waiting.key, press.key, reader);
    if (second) return { meaning: second, waiting: null };
  }
  const single = ACTS.find((entry) => entry.keys?.length === 1 && entry.keys[0] === press.key);
  if (single) return { meaning: { kind: "act", act: single.act }, waiting: null };
  return { meaning: null, waiting: beginsPair(press.key) ? { key: press.key, atMs: press.atMs } : null };
}

function meaningOfPair(first: string, second: string, reader: Reader | null): Meaning | null {
  if (first === "g") {
    const page = PAGES.find((candidate) => candidate.key === second && mayOpen(candidate, reader));
    if (page) return { kind: "go", href: page.href };
  }
  const entry = ACTS.find(({ keys }) => keys?.length === 2 && keys[0] === first && keys[1] === second);
  return entry ? { kind: "act", act: entry.act } : null;
}

function beginsPair(key: string): boolean {
  return key === "g" || ACTS.some(({ keys }) => keys?.length === 2 && keys[0] === key);
}
