import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";

export default function Loading() {
  return (
    <Page crumbs={[{ label: "Fleet" }]}>
      <BlockSkeleton height={48} />
      <Sheet flush>
        <TableSkeleton rows={8} columns={6} />
      </Sheet>
    </Page>
  );
}
