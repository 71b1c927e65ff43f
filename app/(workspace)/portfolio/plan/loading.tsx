import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";
import { trail } from "../../../_shell/registry";

export default function Loading() {
  return (
    <Page crumbs={trail("plan")}>
      <BlockSkeleton height={64} />
      <BlockSkeleton height={140} />
      <Sheet flush>
        <TableSkeleton rows={7} columns={6} />
      </Sheet>
    </Page>
  );
}
