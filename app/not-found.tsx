import Link from "next/link";
import { Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";

export default function NotFound() {
  return (
    <Page crumbs={[{ label: "Throughline", href: "/" }, { label: "Not found" }]}>
      <h1>There is nothing at this address</h1>
      <Sheet flush>
        <Empty title="It may have been renamed or retired">
          <p>
            Look for it in the <Link href="/fleet">fleet</Link> or among the <Link href="/streams">streams</Link>.
          </p>
        </Empty>
      </Sheet>
    </Page>
  );
}
