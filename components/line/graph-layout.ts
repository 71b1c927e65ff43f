import type { Status } from "@/server/fabric/domain/health";

/** A part of the line: what stands where, with its live state. */
export interface GraphPart {
  id: string;
  /** the column that it stands in: outcome, KPI, use case, model, stream, device, node */
  kind: string;
  label: string;
  /** what is drawn of its label, where what it stands on is drawn beside it */
  short?: string;
  status: Status;
  reason: string;
  href?: string;
}

/** What stands on what: `from` is the nearer to the outcome. */
export interface GraphLink {
  from: string;
  to: string;
  /** one of several that would do */
  isChoice?: boolean;
}

export interface PlacedPart extends GraphPart {
  x: number;
  y: number;
}

export interface GraphLayout {
  width: number;
  height: number;
  columns: { kind: string; x: number; folded: number }[];
  parts: PlacedPart[];
  links: (GraphLink & { path: string; status: Status })[];
}

/** px */
export const PART = { width: 140, height: 44 } as const;
const GAP = { x: 26, y: 8 } as const;
const TOP = 26;
/** Parts of one kind that are drawn; of more, those that are well are folded away first. */
const MOST_IN_COLUMN = 10;
const WORST_FIRST: readonly Status[] = ["bad", "watch", "unknown", "ok"];

/**
 * Where the parts of a line stand: a column for each kind in the order given, each part near what it is linked to. A link that says
 * nothing new, because another way leads there, is left out; so is a column without a part.
 */
export function layOut(
  kinds: readonly string[],
  parts: readonly GraphPart[],
  links: readonly GraphLink[],
): GraphLayout {
  const drawn = kinds
    .map((kind) => shownOf(parts.filter((part) => part.kind === kind)))
    .filter(({ shown }) => shown[0]);
  const needed = withoutShortcuts(links);
  const placed = new Map<string, PlacedPart>();
  const tallest = Math.max(0, ...drawn.map(({ shown }) => shown.length));
  const columns: GraphLayout["columns"] = [];
  drawn.forEach(({ shown, folded }, column) => {
    const x = column * (PART.width + GAP.x);
    const wished = (part: GraphPart) => {
      const above = needed.flatMap(({ from, to }) => (to === part.id ? (placed.get(from) ?? []) : []));
      return above.length === 0 ? 0 : above.reduce((sum, { y }) => sum + y, 0) / above.length;
    };
    const ordered = [...shown].sort((a, b) => wished(a) - wished(b));
    const start = ((tallest - ordered.length) * (PART.height + GAP.y)) / 2;
    ordered.forEach((part, row) => placed.set(part.id, { ...part, x, y: TOP + start + row * (PART.height + GAP.y) }));
    columns.push({ kind: shown[0]?.kind ?? "", x, folded });
  });
  return {
    width: Math.max(0, columns.length * (PART.width + GAP.x) - GAP.x),
    height: TOP + tallest * (PART.height + GAP.y),
    columns,
    parts: [...placed.values()],
    links: needed.flatMap((link) => {
      const [from, to] = [placed.get(link.from), placed.get(link.to)];
      return from && to ? [{ ...link, path: curve(from, to), status: worse(from.status, to.status) }] : [];
    }),
  };
}

function shownOf(parts: readonly GraphPart[]): { shown: GraphPart[]; folded: number } {
  const byNeed = [...parts].sort((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status));
  const shown = new Set(byNeed.slice(0, MOST_IN_COLUMN));
  return { shown: parts.filter((part) => shown.has(part)), folded: parts.length - shown.size };
}

/** Links without those whose end is reached by another way. What is linked in a circle keeps its links. */
function withoutShortcuts(links: readonly GraphLink[]): GraphLink[] {
  const below = new Map<string, string[]>();
  for (const { from, to } of links) below.set(from, [...(below.get(from) ?? []), to]);
  const reaches = (start: string, end: string, seen: Set<string>): boolean =>
    (below.get(start) ?? []).some((next) => {
      if (next === end) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, end, seen);
    });
  return links.filter(({ from, to }) =>
    (below.get(from) ?? []).every((other) => other === to || !reaches(other, to, new Set([from]))),
  );
}

function worse(a: Status, b: Status): Status {
  return WORST_FIRST.find((status) => a === status || b === status) ?? "ok";
}

function curve(from: PlacedPart, to: PlacedPart): string {
  const [x1, y1] = [from.x + PART.width, from.y + PART.height / 2];
  const [x2, y2] = [to.x, to.y + PART.height / 2];
  const bend = Math.min(60, Math.max(12, (x2 - x1) / 2));
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
