"use client";
import { useState, type ReactNode } from "react";
import { Button } from "./button";
import styles from "./form.module.css";

/** A secret that exists nowhere else: shown now, copied, and gone with the page. */
export function ShownOnce({ value, children }: { value: string; children: ReactNode }) {
  const [said, setSaid] = useState("Copy");
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setSaid("Copied"),
      () => setSaid("Not allowed; select it instead"),
    );
  return (
    <div role="status" className={styles.once}>
      <p>{children}</p>
      <code className={styles.secret}>{value}</code>
      <div>
        <Button size="small" onClick={() => void copy()}>
          {said}
        </Button>
      </div>
    </div>
  );
}
