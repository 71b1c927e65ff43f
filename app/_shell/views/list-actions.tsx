"use client";
import { useSearchParams } from "next/navigation";
import { Menu } from "@/components/ui/menu";
import { useCommands } from "../commands";
import { SavedViews } from "./saved-views";
import { viewQuery } from "./view-query";

/** What every list offers at its right end: saved views, and the rows that its filters leave as CSV. */
export function ListActions({
  page,
  list,
}: {
  page: string;
  list: "fleet" | "streams" | "quarantine" | "people" | "node-logins";
}) {
  const query = viewQuery(useSearchParams().toString());
  const { act } = useCommands();
  return (
    <>
      <SavedViews page={page} />
      <Menu
        label="Export"
        items={[
          { label: "These rows as CSV", href: `/api/export/${list}${query === "" ? "" : `?${query}`}`, download: true },
          { label: "Copy a link to this view", onSelect: () => act("copy-link") },
        ]}
      />
    </>
  );
}
