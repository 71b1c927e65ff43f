"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Sheet } from "@/components/ui/page";
import type { StreamRow } from "@/server/fabric/queries";
import { useTRPC } from "../../../../_trpc/client";
import styles from "./node.module.css";

/** Streams that a node proposes, all chosen at first. Accepting stores what they sent until now. */
export function AcceptStreams({ streams }: { streams: readonly StreamRow[] }) {
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const accept = useMutation({
    ...trpc.streams.accept.mutationOptions(),
    onSuccess: (result) =>
      toast(
        `${result.streams} ${result.streams === 1 ? "stream" : "streams"} accepted. What they sent before is being stored.`,
      ),
    onError: (error) => toast(`Not accepted. ${error.message}`),
    onSettled: () => queryClient.invalidateQueries(),
  });
  const chosen = streams.filter((stream) => !left.has(stream.id));
  const toggle = (id: number) =>
    setLeft((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <Sheet
      title={`${streams.length} ${streams.length === 1 ? "stream waits" : "streams wait"} to be accepted`}
      aside={
        <Button
          look="primary"
          size="small"
          disabled={chosen.length === 0 || accept.isPending}
          onClick={() => accept.mutate({ streamIds: chosen.map((stream) => stream.id) })}
        >
          Accept {chosen.length}
        </Button>
      }
    >
      <ul className={styles.choices}>
        {streams.map((stream) => (
          <li key={stream.id}>
            <label>
              <input type="checkbox" checked={!left.has(stream.id)} onChange={() => toggle(stream.id)} /> {stream.key}{" "}
              <span className="muted">
                {[stream.quantity, stream.unit].filter(Boolean).join(", ") || "unit not told"}
              </span>
            </label>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
