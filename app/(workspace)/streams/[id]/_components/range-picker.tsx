"use client";
import { useEffect, useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { isTyping } from "@/components/ui/row-keys";
import { describeRange, parseTypedRange, QUICK_RANGES, type TimeRange } from "@/server/fabric/domain/time-range";
import styles from "./stream.module.css";

interface RangePickerProps {
  range: TimeRange;
  timeZone: string;
  onChange: (range: TimeRange) => void;
}

/** Quick ranges, and a field that takes `3h` or two times. Opens with `t`. */
export function RangePicker({ range, timeZone, onChange }: RangePickerProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "t" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const choose = (next: TimeRange) => {
    onChange(next);
    setTyped("");
    setProblem(null);
    setOpen(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      choose(parseTypedRange(typed, Date.now(), timeZone));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      setProblem(cause.message);
    }
  };
  return (
    <Popover
      label={<span className="num">{describeRange(range, timeZone)}</span>}
      name={`Time range: ${describeRange(range, timeZone)}`}
      open={open}
      onOpenChange={setOpen}
    >
      <form onSubmit={submit} className={styles.rangeForm}>
        <label htmlFor="typed-range">Length, or from and to</label>
        <div className={styles.rangeRow}>
          <input
            id="typed-range"
            value={typed}
            placeholder="3h"
            autoComplete="off"
            aria-invalid={problem !== null}
            aria-describedby="range-hint"
            onChange={(event) => {
              setTyped(event.target.value);
              setProblem(null);
            }}
          />
          <Button type="submit" look="primary">
            Show
          </Button>
        </div>
        <p id="range-hint" className={problem ? styles.problem : "muted"} role={problem ? "alert" : undefined}>
          {problem ?? `Such as 45m, 7d, or 2026-11-24 06:00 to 2026-11-24 12:30. Times in ${timeZone}.`}
        </p>
      </form>
      <ul className={styles.quick}>
        {QUICK_RANGES.map(({ label, from }) => (
          <li key={from}>
            <button
              type="button"
              aria-pressed={range.from === from && range.to === "now"}
              onClick={() => choose({ from, to: "now" })}
            >
              {label}
            </button>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
