"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { toast } from "sonner";
import type { RankedRow } from "@/server/value/domain/portfolio-list";
import { type Stage, stageName } from "@/server/value/domain/stages";
import type { PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../_trpc/client";

/** Where a use case stands, as far as moving it goes. */
type Place = Pick<PortfolioRow, "stage" | "version">;
type Moved = Place & Pick<PortfolioRow, "id" | "title">;

interface StageMoves {
  /** the rows with what was moved where it was moved to, also while the server has not answered */
  placed: readonly RankedRow[];
  /** Moves a card; can be undone, and comes back with the reason where the server refuses. */
  move: (row: Moved, to: Stage) => void;
  /** what is read out: the newest thing that happened on the board */
  said: string;
  say: (sentence: string) => void;
}

export function useStageMoves(rows: readonly RankedRow[]): StageMoves {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [said, say] = useState("");
  // A place stays noted: it counts while what the server says is of an older version, and never again after that.
  const [places, setPlaces] = useState<ReadonlyMap<string, Place>>(new Map());
  const { mutateAsync } = useMutation(trpc.value.move.mutationOptions());

  const send = async ({ id, title, stage, version }: Moved, to: Stage, why: string, done: string, undo: boolean) => {
    const moved = { id, title, stage: to, version: version + 1 };
    const keep = (place: Place | null) =>
      setPlaces((before) => {
        const after = new Map(before);
        if (place) after.set(id, place);
        else after.delete(id);
        return after;
      });
    keep(moved);
    try {
      await mutateAsync({ id, version, to, why });
      say(`${title} ${done}.`);
      const action = { label: "Undo", onClick: () => void takeBack(moved, stage) };
      toast(`${title} ${done}`, undo ? { action } : {});
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : "";
      say(`${title} stays in ${stageName(stage)}. ${reason}`);
      toast(`${title} stays in ${stageName(stage)}. ${reason}`);
      keep(null);
    }
    await client.invalidateQueries({ queryKey: trpc.value.pathKey() });
  };
  const takeBack = (moved: Moved, to: Stage) => send(moved, to, "Undone", `is back in ${stageName(to)}`, false);

  const placed = useMemo(
    () =>
      places.size === 0
        ? rows
        : rows.map((one) => {
            const place = places.get(one.row.id);
            return place && place.version > one.row.version
              ? { ...one, row: { ...one.row, stage: place.stage, version: place.version } }
              : one;
          }),
    [rows, places],
  );
  const move = (row: Moved, to: Stage) => void send(row, to, "", `moved to ${stageName(to)}`, true);
  return { placed, move, said, say };
}
