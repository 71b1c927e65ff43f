"use client";
import { useSearchParams } from "next/navigation";
import { Menu } from "@/components/ui/menu";
import { type ExportedList, exportAddress } from "@/server/core/domain/exported-lists";
import { useCommands } from "../commands";
import { SavedViews } from "./saved-views";
import styles from "./views.module.css";

/** What every list offers at its right end: saved views, and the rows that its filters leave as CSV. */
export function ListActions({ page, list }: { page: string; list: ExportedList }) {
  const href = exportAddress(list, useSearchParams().toString());
  const { act } = useCommands();
  return (
    <>
      <SavedViews page={page} />
      <Menu
        label="Export"
        items={[
          { label: "These rows as CSV", href, download: true },
          { label: "Copy a link to this view", onSelect: () => act("copy-link") },
        ]}
      />
    </>
  );
}

/** For a list without saved views: the rows that its address leaves as CSV. */
export function ExportLink({ list }: { list: ExportedList }) {
  const href = exportAddress(list, useSearchParams().toString());
  return (
    <a className={styles.export} href={href} download>
      Export CSV
    </a>
  );
}
