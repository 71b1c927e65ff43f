"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { parseAsBoolean, useQueryState } from "nuqs";
import { Button } from "@/components/ui/button";
import { Sheet } from "@/components/ui/page";
import { Remembered } from "@/components/ui/remembered";
import { arrivedPercent, type Arrival } from "@/server/demo/domain/look-at";
import { useViewer } from "../../_shell/viewer";
import { useTRPC } from "../../_trpc/client";
import styles from "./home.module.css";

const putAway = new Remembered("throughline-look-at", "away");
const ARRIVING_MS = 3_000;
const ARRIVED_MS = 60_000;

/**
 * The stories planted in the demo's past, each with the way to it. Put away, it stays away in this browser: the people of the demo are
 * everybody's, so one visitor must not put it away for the next. The banner's link `/?look=true` brings it back.
 */
export function LookAt() {
  const viewer = useViewer();
  const [asked, setAsked] = useQueryState("look", parseAsBoolean);
  const isAway = putAway.useIsChosen(true);
  const isShown = viewer?.isDemo === true && (!isAway || asked === true);
  const { data } = useQuery({
    ...useTRPC().home.lookAt.queryOptions(),
    enabled: isShown,
    refetchInterval: ({ state }) => (state.data && state.data.arriving === null ? ARRIVED_MS : ARRIVING_MS),
  });
  if (!isShown || !data || (data.stories.length === 0 && data.arriving === null)) return null;
  const close = () => {
    putAway.choose(true);
    void setAsked(null);
  };
  return (
    <Sheet
      title="What to look at"
      aside={
        <Button size="small" look="quiet" onClick={close} aria-label="Put away what to look at">
          Put away
        </Button>
      }
      flush
    >
      {data.arriving ? <Arriving arriving={data.arriving} /> : null}
      <ul>
        {data.stories.map((story) => (
          <li key={story.id} className={styles.need}>
            <span />
            <span>
              <Link href={story.href}>{story.title}</Link>
              <span className={styles.why}>{story.sentence}</span>
            </span>
            <span className={styles.action} aria-hidden="true">
              See it
            </span>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

/** What of the past is stored while the rest is on its way from the nodes. */
function Arriving({ arriving }: { arriving: Arrival }) {
  const percent = arrivedPercent(arriving);
  return (
    <p className={styles.calm}>
      The plant’s past is arriving: <progress max={100} value={percent} aria-label="Stored of the plant’s past" />{" "}
      {percent} % is stored. The charts fill up by themselves.
    </p>
  );
}
