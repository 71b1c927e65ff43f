import { useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "../../../../_trpc/client";

/** A go-live and an adjustment change the use case and what is measured of it. */
export function useMeasuredAgain() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return {
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
        client.invalidateQueries({ queryKey: trpc.measured.pathKey() }),
      ]),
  };
}
