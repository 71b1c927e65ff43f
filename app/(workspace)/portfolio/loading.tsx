import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, TableSkeleton } from "@/components/ui/states";
import { trail } from "../../_shell/registry";

export default function Loading() {
  return (
    <Page crumbs={trail("portfolio")}>
      <BlockSkeleton height={64} />
      <Sheet flush>
        <TableSkeleton rows={7} columns={8} />
      </Sheet>
    </Page>
  );
}
