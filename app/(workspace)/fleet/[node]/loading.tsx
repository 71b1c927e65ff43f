import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";

export default function Loading() {
  return (
    <Page crumbs={[{ label: "Fleet", href: "/fleet" }, { label: "Node" }]}>
      <BlockSkeleton height={48} />
      <Sheet>
        <BlockSkeleton height={70} />
      </Sheet>
      <Sheet flush>
        <TableSkeleton rows={8} columns={5} />
      </Sheet>
    </Page>
  );
}
