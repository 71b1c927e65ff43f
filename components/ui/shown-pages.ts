import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

interface PageOf<Row> {
  rows: readonly Row[];
  /** Rows that match the filter, on all pages. */
  matching: number;
}

/** What a table is given of a list that is read page by page. */
interface Shown<Row> {
  rows: readonly Row[];
  matching: number;
  /** When these rows were read, epoch ms. */
  asOfMs: number;
  /** What is shown is not what was asked for last. */
  stale: boolean;
  /** Reads the next page; null when these are all. */
  more: (() => void) | null;
}

/** The pages that were read so far as one list. `first` is the newest first page, with what is true of the whole list. */
export function useShownPages<Row, P extends PageOf<Row>>({
  data,
  dataUpdatedAt,
  isPlaceholderData,
  hasNextPage,
  fetchNextPage,
}: UseInfiniteQueryResult<InfiniteData<P & PageOf<Row>>, { message: string }>): {
  first: P | undefined;
  shown: Shown<Row>;
} {
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  const first = data?.pages[0];
  return {
    first,
    shown: {
      rows,
      matching: first?.matching ?? rows.length,
      asOfMs: dataUpdatedAt,
      stale: isPlaceholderData,
      more: hasNextPage ? () => void fetchNextPage() : null,
    },
  };
}
