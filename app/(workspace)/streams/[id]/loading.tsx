import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton } from "@/components/ui/states";
import { trail } from "../../../_shell/registry";

export default function Loading() {
  return (
    <Page crumbs={trail("fleet", { label: "Stream" })}>
      <BlockSkeleton height={30} />
      <BlockSkeleton height={18} />
      <Sheet>
        <BlockSkeleton height={470} />
      </Sheet>
    </Page>
  );
}
