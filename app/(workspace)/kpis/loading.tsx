import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";
import { trail } from "../../_shell/registry";

export default function Loading() {
  return (
    <Page crumbs={trail("kpis")}>
      <BlockSkeleton height={48} />
      <Sheet flush>
        <TableSkeleton rows={5} columns={5} />
      </Sheet>
    </Page>
  );
}
