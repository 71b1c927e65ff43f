import Link from "next/link";
import { Headline, Page, Sheet } from "@/components/ui/page";
import styles from "./_shell/ways.module.css";

const WAYS = [
  ["/", "Home"],
  ["/fleet", "Nodes of the fleet"],
  ["/streams", "Streams"],
] as const;

export default function NotFound() {
  return (
    <Page crumbs={[{ label: "Throughline", href: "/" }, { label: "Not found" }]}>
      <Headline title="There is nothing at this address">
        It may have been renamed or retired, or it is not yours to see. Look for it here:
      </Headline>
      <Sheet flush>
        <ul className={styles.ways}>
          {WAYS.map(([href, label]) => (
            <li key={href}>
              <Link href={href}>{label}</Link>
            </li>
          ))}
        </ul>
      </Sheet>
    </Page>
  );
}
