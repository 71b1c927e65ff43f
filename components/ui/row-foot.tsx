import { Button } from "./button";
import table from "./table.module.css";

interface RowFootProps {
  shown: number;
  matching: number;
  /** Shows further rows; null when these are all. */
  more: (() => void) | null;
}

/** Under rows that `j` and `k` move over: how many there are, and the way to the next ones. */
export function RowFoot({ shown, matching, more }: RowFootProps) {
  return (
    <div className={table.foot}>
      <span>
        {shown} of {Math.max(shown, matching)} shown. Press <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>Enter</kbd> to open.
      </span>
      {more ? (
        <Button size="small" onClick={more}>
          Show more
        </Button>
      ) : null}
    </div>
  );
}
