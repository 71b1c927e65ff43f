import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";
import { trail } from "./registry";

/** What stands in for a page of a list while it is read: its path, a sentence and a table of that size. */
export function ListLoading({ page, rows, columns }: { page: string; rows: number; columns: number }) {
  return (
    <Page crumbs={trail(page)}>
      <BlockSkeleton height={48} />
      <Sheet flush>
        <TableSkeleton rows={rows} columns={columns} />
      </Sheet>
    </Page>
  );
}
