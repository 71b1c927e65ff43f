"use client";
import { useQuery } from "@tanstack/react-query";
import { StatusText } from "@/components/ui/status";
import { blastWords } from "@/server/blast/domain/blast";
import type { PlantThing } from "@/server/blast/schema";
import { useViewer } from "../../_shell/viewer";
import { useTRPC } from "../../_trpc/client";

/** What would become of what depends on it, in a sentence, for whoever is about to retire it. */
export function BlastLine({ thing }: { thing: PlantThing }) {
  const may = useViewer()?.can["value.read"] === true;
  const { data, isError } = useQuery({ ...useTRPC().blast.of.queryOptions(thing), enabled: may, staleTime: 0 });
  if (!may) return null;
  if (isError) return <StatusText status="unknown">What depends on it could not be read.</StatusText>;
  if (!data) return <p role="status">Looking at what depends on it …</p>;
  const { useCases: dependents, kpis } = data;
  const stops = dependents.filter(({ becomes }) => becomes === "stops");
  return (
    <div>
      <StatusText status={stops.length > 0 ? "bad" : dependents.length + kpis.length > 0 ? "watch" : "ok"}>
        {blastWords(data)}.
      </StatusText>
      {stops.length > 0 ? <p>These stop: {stops.map(({ title }) => title).join(", ")}.</p> : null}
      {kpis.length > 0 ? <p>These are unknown then: {kpis.map(({ name }) => name).join(", ")}.</p> : null}
    </div>
  );
}
