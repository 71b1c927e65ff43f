"use client";
import { useQuery } from "@tanstack/react-query";
import { BlockSkeleton, Failed } from "@/components/ui/states";
import { formatBytes } from "@/server/fabric/domain/health";
import { useTRPC } from "../../../../_trpc/client";
import styles from "./quarantine.module.css";

const KINDS = {
  json: "JSON",
  text: "text that is not JSON",
  binary: "not text; the first bytes in hexadecimal",
} as const;

/** What came in, as safe text. Read when the message is opened, not with the list. */
export function Payload({ id }: { id: number }) {
  const { data, isPending, isError, refetch } = useQuery({
    ...useTRPC().quarantine.payload.queryOptions({ id }),
    staleTime: Infinity,
  });
  if (isPending) return <BlockSkeleton height={120} />;
  if (isError) return <Failed what="The payload could not be read." onRetry={() => void refetch()} />;
  return (
    <figure className={styles.payload}>
      <figcaption>
        {formatBytes(data.bytes)}, {KINDS[data.kind]}
        {data.cut ? ", cut here" : ""}
      </figcaption>
      <pre tabIndex={0} aria-label="Payload">
        {data.text}
      </pre>
    </figure>
  );
}
