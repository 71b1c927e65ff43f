import Link from "next/link";
import table from "@/components/ui/table.module.css";

/** The first cell of a node's row: what it is called, with the way to it, and under it what else it goes by. */
export function NodeCell({ node }: { node: { id: string; name: string | null; siteId: string | null } }) {
  return (
    <td>
      <Link href={`/fleet/${node.id}`} className={table.rowLink} data-row>
        {node.name ?? node.id}
      </Link>
      <span className={table.sub}>
        {[node.name ? node.id : null, node.siteId].filter(Boolean).join(", ") || "no site"}
      </span>
    </td>
  );
}
