import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";
import { trail } from "../../../_shell/registry";

export default function Loading() {
  return (
    <Page crumbs={trail("portfolio", { label: "Use case" })}>
      <BlockSkeleton height={48} />
      <BlockSkeleton height={40} />
      <Sheet flush>
        <TableSkeleton rows={5} columns={3} />
      </Sheet>
    </Page>
  );
}
