import type { ReactNode } from "react";
import { Failed, TableSkeleton } from "./states";

interface ListStatesProps {
  /** The query behind the list, as TanStack Query hands it out. */
  asked: {
    isPending: boolean;
    isError: boolean;
    data: unknown;
    error: { message: string } | null;
    refetch: () => Promise<unknown>;
  };
  /** What could not be read, as a sentence. */
  failed: string;
  /** What still works then. */
  still?: string;
  columns?: number;
  rows?: number;
  isEmpty: boolean;
  /** Why there is nothing, and the action that changes it. */
  empty: ReactNode;
  children: ReactNode;
}

/** A list, or what stands in its place while it is on its way, where it could not be read and where there is nothing in it. */
export function ListStates({ asked, failed, still, columns = 4, rows = 6, isEmpty, empty, children }: ListStatesProps) {
  if (asked.isPending) return <TableSkeleton rows={rows} columns={columns} />;
  if (asked.isError && asked.data === undefined)
    return (
      <Failed
        what={failed}
        {...(still === undefined ? {} : { still })}
        detail={asked.error?.message ?? ""}
        onRetry={() => void asked.refetch()}
      />
    );
  return isEmpty ? empty : children;
}
