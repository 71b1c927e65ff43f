import { describe, expect, test } from "vitest";
import { PAIR_WITHIN_MS, readKey, type Press, type Waiting } from "./keys";
import {
  ACTS,
  commandsFor,
  matches,
  mayOpen,
  narrowedBy,
  pageOf,
  PAGES,
  sheetFor,
  sidebarFor,
  trail,
  type Reader,
} from "./registry";

const everybody: Reader = { roles: ["technician"], can: {} };
const everything: Reader = {
  roles: ["admin"],
  can: Object.fromEntries(PAGES.flatMap((page) => page.needs ?? []).map((action) => [action, true])),
};

describe("the registry", () => {
  test("has each page, key and pair once", () => {
    for (const list of [
      PAGES.map(({ id }) => id),
      PAGES.map(({ href }) => href),
      PAGES.flatMap(({ key }) => key ?? []),
      ACTS.map(({ act }) => act),
      ACTS.flatMap(({ keys }) => keys?.join(" ") ?? []),
    ])
      expect(list).toEqual([...new Set(list)]);
  });

  test("narrows lists whose rows have a site or a team, and nothing else", () => {
    expect(narrowedBy("/fleet")).toEqual(["site", "team"]);
    expect(narrowedBy("/kpis")).toEqual(["team"]);
    for (const path of ["/portfolio/plan", "/kpis/1", "/admin/system", "/account/tokens", "/nowhere"])
      expect([path, narrowedBy(path)]).toEqual([path, []]);
  });

  test("gives no key that begins a pair to something else", () => {
    const firsts = new Set(["g", ...ACTS.flatMap(({ keys }) => (keys?.length === 2 ? [keys[0]] : []))]);
    expect(ACTS.filter(({ keys }) => keys?.length === 1 && firsts.has(keys[0] ?? ""))).toEqual([]);
  });

  test("shows a page in the sidebar, the palette and the sheet, or in none of them", () => {
    for (const reader of [null, everybody, everything]) {
      const open = PAGES.filter((page) => mayOpen(page, reader)).map(({ label }) => label);
      expect(commandsFor(reader).pages.map(({ label }) => label)).toEqual(open);
      expect(
        sidebarFor(reader)
          .flatMap(({ pages }) => pages)
          .map(({ label }) => label)
          .sort(),
      ).toEqual(
        PAGES.filter((page) => !page.hidden && open.includes(page.label))
          .map(({ label }) => label)
          .sort(),
      );
      const keyed = PAGES.filter((page) => page.key && open.includes(page.label)).map(({ label }) => label);
      expect(
        sheetFor(reader)
          .filter(({ where }) => where === "Go to")
          .map(({ label }) => label),
      ).toEqual(keyed);
    }
  });

  test("a page that needs a permission is hidden from who lacks it", () => {
    const guarded = { id: "x", label: "X", href: "/x", group: "Administer", words: [], needs: ["audit.read"] } as const;
    expect(mayOpen(guarded, null)).toBe(false);
    expect(mayOpen(guarded, { roles: [], can: { "audit.read": false } })).toBe(false);
    expect(mayOpen(guarded, { roles: [], can: { "audit.read": true } })).toBe(true);
  });

  test.each([
    ["/", "home"],
    ["/fleet", "fleet"],
    ["/fleet/edge-lyon-1", "fleet"],
    ["/fleetness", null],
    ["/streams/7", "streams"],
    ["/inbox/quarantine", "quarantine"],
  ])("%s belongs to %s", (path, id) => {
    expect(pageOf(path)?.id ?? null).toBe(id);
  });

  test("the last crumb is where we are", () => {
    expect(trail("fleet")).toEqual([{ label: "Fleet" }]);
    expect(trail("fleet", { label: "edge-lyon-1", href: "/fleet/edge-lyon-1" })).toEqual([
      { label: "Fleet", href: "/fleet" },
      { label: "edge-lyon-1" },
    ]);
    expect(() => trail("nowhere")).toThrow(RangeError);
  });

  test("commands are found by the beginnings of their words, in any order", () => {
    const found = (typed: string) => {
      const { pages, acts } = commandsFor(null);
      return [...pages, ...acts].filter((command) => matches(command, typed)).map(({ label }) => label);
    };
    expect(found("dark")).toEqual(["Dark theme"]);
    expect(found("theme li")).toEqual(["Light theme"]);
    expect(found("sensors")).toEqual(["Explore"]);
    expect(found("permalink")).toEqual(["Copy a link to this view"]);
    expect(found("zzz")).toEqual([]);
  });
});

describe("a key press", () => {
  const press = (key: string, more: Partial<Press> = {}): Press => ({
    key,
    ctrl: false,
    meta: false,
    alt: false,
    typing: false,
    atMs: 0,
    ...more,
  });
  const read = (presses: readonly Press[], singleKeys = true) => {
    let waiting: Waiting = null;
    const meanings = presses.map((one) => {
      const result = readKey(one, waiting, { reader: everybody, singleKeys });
      waiting = result.waiting;
      return result.meaning;
    });
    return meanings.at(-1) ?? null;
  };

  test("g then a letter goes to its page, and d then k is kiosk", () => {
    expect(read([press("g"), press("f")])).toEqual({ kind: "go", href: "/fleet" });
    expect(read([press("d"), press("k")])).toEqual({ kind: "act", act: "kiosk" });
  });

  test("the second key of a pair may not come late, nor after another key", () => {
    expect(read([press("g"), press("f", { atMs: PAIR_WITHIN_MS + 1 })])).toBeNull();
    expect(read([press("g"), press("x"), press("f")])).toBeNull();
  });

  test("means nothing while somebody types, except Ctrl K or Cmd K", () => {
    expect(read([press("g", { typing: true }), press("f", { typing: true })])).toBeNull();
    expect(read([press("?", { typing: true })])).toBeNull();
    expect(read([press("k", { typing: true, ctrl: true })])).toEqual({ kind: "act", act: "palette" });
    expect(read([press("K", { meta: true })])).toEqual({ kind: "act", act: "palette" });
  });

  test("single keys are silent when they are switched off; Ctrl K is not", () => {
    expect(read([press("?")], false)).toBeNull();
    expect(read([press("g"), press("f")], false)).toBeNull();
    expect(read([press("k", { ctrl: true })], false)).toEqual({ kind: "act", act: "palette" });
  });

  test("keys of the browser stay the browser's", () => {
    expect(read([press("r", { ctrl: true })])).toBeNull();
    expect(read([press("k", { ctrl: true, alt: true })])).toBeNull();
    expect(read([press("d", { alt: true })])).toBeNull();
  });
});
