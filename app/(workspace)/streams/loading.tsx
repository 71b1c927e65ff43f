import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";

export default function Loading() {
  return (
    <Page crumbs={[{ label: "Explore" }]}>
      <BlockSkeleton height={48} />
      <Sheet flush>
        <TableSkeleton rows={10} columns={5} />
      </Sheet>
    </Page>
  );
}
