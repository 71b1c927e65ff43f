"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { singleKeysOff } from "@/components/ui/single-keys";
import { isTyping } from "@/components/ui/typing";
import { useCarry } from "./carry";
import { readKey, type Waiting } from "./keys";
import type { Act, Command } from "./registry";
import { useActs } from "./use-acts";
import { useViewer } from "./viewer";

const loadPalette = () => import("./command-palette").then((module) => module.CommandPalette);
const CommandPalette = dynamic(loadPalette);
const ShortcutSheet = dynamic(() => import("./shortcut-sheet").then((module) => module.ShortcutSheet));

interface Commands {
  act: (act: Act) => void;
  run: (run: Command["run"]) => void;
}

const CommandsContext = createContext<Commands | null>(null);

/** Doing what the registry lists, from a menu or a button. */
export function useCommands(): Commands {
  const commands = useContext(CommandsContext);
  if (!commands) throw new Error("CommandsProvider is missing above this component");
  return commands;
}

/** Listens to keys, and holds the palette and the shortcut sheet, which load when they are first opened. */
export function CommandsProvider({ children }: { children: ReactNode }) {
  const router = useRouter();
  const reader = useViewer();
  const carry = useCarry();
  const [open, setOpen] = useState<"palette" | "shortcuts" | null>(null);
  const [everOpened, setEverOpened] = useState<ReadonlySet<"palette" | "shortcuts">>(new Set());
  const [opener, setOpener] = useState<HTMLElement | null>(null);
  const show = useCallback((what: "palette" | "shortcuts") => {
    setOpener(document.activeElement instanceof HTMLElement ? document.activeElement : null);
    setEverOpened((before) => new Set([...before, what]));
    setOpen(what);
  }, []);
  const act = useActs({
    openPalette: useCallback(() => show("palette"), [show]),
    openShortcuts: useCallback(() => show("shortcuts"), [show]),
  });
  const run = useCallback(
    (what: Command["run"]) => {
      if (what.kind === "go") router.push(carry(what.href));
      else act(what.act);
    },
    [act, carry, router],
  );
  // Fetched once the page is at rest: what is typed right after Ctrl K must not be lost to a download.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), 3_000);
    return () => clearTimeout(timer);
  }, []);
  const waiting = useRef<Waiting>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const read = readKey(
        {
          key: event.key,
          ctrl: event.ctrlKey,
          meta: event.metaKey,
          alt: event.altKey,
          typing: isTyping(event),
          atMs: performance.now(),
        },
        waiting.current,
        { reader, singleKeys: !singleKeysOff.isChosen() },
      );
      waiting.current = read.waiting;
      if (!read.meaning) return;
      event.preventDefault();
      run(read.meaning);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [reader, run]);
  const commands = useMemo(() => ({ act, run }), [act, run]);
  return (
    <CommandsContext value={commands}>
      {children}
      {everOpened.has("palette") ? (
        <CommandPalette
          open={open === "palette"}
          opener={opener}
          onOpenChange={(is) => setOpen(is ? "palette" : null)}
          onRun={(what) => {
            setOpen(null);
            run(what);
          }}
        />
      ) : null}
      {everOpened.has("shortcuts") ? (
        <ShortcutSheet open={open === "shortcuts"} onOpenChange={(is) => setOpen(is ? "shortcuts" : null)} />
      ) : null}
    </CommandsContext>
  );
}
