"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Palette, type PaletteGroup, type PaletteItem } from "@/components/ui/palette";
import { useTRPC } from "../_trpc/client";
import { commandsFor, matches, viewCommands, type Command } from "./registry";
import { useViewer } from "./viewer";

interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onRun: (run: Command["run"]) => void;
  opener: HTMLElement | null;
}

const SHOWN_OF_EACH = 6;
const SEARCH_FROM = 2;

const VALUE = { "use-case": "/portfolio", kpi: "/kpis", outcome: "/outcomes" } as const;

/** Pages and commands of the registry, and by search what the business wants and what the plant has. */
export function CommandPalette({ open, onOpenChange, onRun, opener }: CommandPaletteProps) {
  const trpc = useTRPC();
  const reader = useViewer();
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed.trim().slice(0, 100));
  const enabled = open && wanted.length >= SEARCH_FROM;
  const nodes = useQuery({
    ...trpc.fleet.list.queryOptions({ q: wanted }),
    enabled,
    placeholderData: keepPreviousData,
  });
  const streams = useQuery({
    ...trpc.streams.list.queryOptions({ q: wanted }),
    enabled,
    placeholderData: keepPreviousData,
  });
  const people = useQuery({
    ...trpc.people.list.queryOptions({ q: wanted }),
    enabled: enabled && reader?.can["users.read"] === true,
    placeholderData: keepPreviousData,
  });
  const value = useQuery({
    ...trpc.value.search.queryOptions({ q: wanted }),
    enabled: enabled && reader?.can["value.read"] === true,
    placeholderData: keepPreviousData,
  });
  const views = useQuery({ ...trpc.views.list.queryOptions({}), enabled: open, staleTime: 30_000 });
  const { pages, acts } = commandsFor(reader);
  const runs = new Map<string, Command["run"]>();
  const commandItems = (commands: readonly Command[]): PaletteItem[] =>
    commands
      .filter((command) => matches(command, typed))
      .map(({ id, label, keys, run }) => {
        runs.set(id, run);
        return { id, label, keys };
      });
  const go = (id: string, href: string) => {
    runs.set(id, { kind: "go", href });
    return id;
  };
  const groups: PaletteGroup[] = [
    { label: "Go to", items: commandItems(pages) },
    {
      label: "Views",
      items: commandItems(viewCommands(views.data ?? [])),
    },
    {
      label: "Nodes",
      items: enabled
        ? (nodes.data?.rows ?? []).slice(0, SHOWN_OF_EACH).map((row) => ({
            id: go(`node-${row.id}`, `/fleet/${row.id}`),
            label: row.name ?? row.id,
            note: row.health.reason,
            status: row.health.status,
          }))
        : [],
    },
    {
      label: "Streams",
      items: enabled
        ? (streams.data?.rows ?? []).slice(0, SHOWN_OF_EACH).map((row) => ({
            id: go(`stream-${row.id}`, `/streams/${row.id}`),
            label: row.key,
            note: [row.nodeId, row.unit].filter(Boolean).join(", "),
            status: row.health.status,
          }))
        : [],
    },
    {
      label: "People",
      items: enabled
        ? (people.data?.rows ?? []).slice(0, SHOWN_OF_EACH).map((row) => ({
            id: go(`person-${row.id}`, `/admin/people/${row.id}`),
            label: row.name,
            note: row.email,
          }))
        : [],
    },
    ...(["use-case", "kpi", "outcome"] as const).map((kind) => ({
      label: { "use-case": "Use cases", kpi: "KPIs", outcome: "Outcomes" }[kind],
      items: enabled
        ? (value.data ?? [])
            .filter((found) => found.kind === kind)
            .map(({ id, label, note, team }) => ({
              id: go(`${kind}-${id}`, `${VALUE[kind]}/${id}`),
              label,
              note: `${note}, ${team}`,
            }))
        : [],
    })),
    { label: "Do", items: commandItems(acts) },
  ];
  const failed = nodes.isError || streams.isError || people.isError || value.isError;
  const searching = enabled && (nodes.isFetching || streams.isFetching || people.isFetching || value.isFetching);
  const note = failed
    ? "What you look for could not be searched; pages and commands work."
    : searching
      ? "Searching"
      : enabled
        ? null
        : "Two letters or more also search nodes, streams, use cases, KPIs and outcomes";
  return (
    <Palette
      open={open}
      onOpenChange={(is) => {
        if (!is) setTyped("");
        onOpenChange(is);
      }}
      typed={typed}
      onType={setTyped}
      groups={groups}
      note={note}
      opener={opener}
      onPick={(id) => {
        const run = runs.get(id);
        setTyped("");
        if (run) onRun(run);
      }}
    />
  );
}
