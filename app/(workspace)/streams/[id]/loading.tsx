import { Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton } from "@/components/ui/states";

export default function Loading() {
  return (
    <Page crumbs={[{ label: "Fleet", href: "/fleet" }, { label: "Stream" }]}>
      <BlockSkeleton height={30} />
      <BlockSkeleton height={18} />
      <Sheet>
        <BlockSkeleton height={470} />
      </Sheet>
    </Page>
  );
}
