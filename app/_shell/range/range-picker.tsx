"use client";
import { useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { describeRange, QUICK_RANGES } from "@/server/fabric/domain/time-range";
import { parseTypedRange } from "@/server/fabric/domain/typed-range";
import { useAct } from "../act-hub";
import { DEVICE_ZONE, type RangeInLink } from "./use-range";
import styles from "./range.module.css";

interface RangePickerProps {
  link: RangeInLink;
  /** IANA name of the zone that the place itself keeps. */
  siteZone: string;
}

/** Quick ranges, a field that takes `3h`, `Jan 1 - Jan 2` or two times, and the zone they are in. Opens with `t`. */
export function RangePicker({ link, siteZone }: RangePickerProps) {
  const { range, setRange, timeZone, zoneChoice, setZone } = link;
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  useAct("range", () => setOpen(true));
  const choose = (next: { from: string; to: string }) => {
    setRange(next);
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
  const zones = [
    { value: "", label: `Site, ${siteZone}` },
    { value: "UTC", label: "UTC" },
    { value: DEVICE_ZONE, label: "This device" },
    ...(zoneChoice && zoneChoice !== "UTC" && zoneChoice !== DEVICE_ZONE
      ? [{ value: zoneChoice, label: zoneChoice }]
      : []),
  ];
  const words = describeRange(range, timeZone);
  return (
    <Popover
      label={<span className="num">{words}</span>}
      name={`Time range: ${words}`}
      open={open}
      onOpenChange={setOpen}
    >
      <form onSubmit={submit} className={styles.form}>
        <label htmlFor="typed-range">Length, day, or from and to</label>
        <div className={styles.row}>
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
          {problem ?? "Such as 45m, yesterday, Nov 1 - Nov 3, or 2026-11-24 06:00 to 12:30."}
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
      <label className={styles.zone}>
        <span>Times in</span>
        <select value={zoneChoice ?? ""} onChange={(event) => setZone(event.target.value || null)}>
          {zones.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </Popover>
  );
}
