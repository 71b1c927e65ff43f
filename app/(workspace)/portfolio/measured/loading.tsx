import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";
import { trail } from "../../../_shell/registry";

export default function Loading() {
  return (
    <Page crumbs={trail("measured")}>
      <BlockSkeleton height={64} />
      <Sheet flush>
        <TableSkeleton rows={4} columns={6} />
      </Sheet>
    </Page>
  );
}
