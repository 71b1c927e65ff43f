"use client";
import type { ReactNode } from "react";
import { JobLog, JobProgress } from "@/components/jobs/job-progress";
import { TheLine } from "@/components/line/the-line";
import { Button } from "@/components/ui/button";
import { Frame } from "@/components/ui/frame";
import { Meter } from "@/components/ui/meter";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty, Sample } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import type { Status } from "@/server/fabric/domain/health";
import { StreamHistory } from "../../streams/[id]/_components/stream-history";
import { EMPTY, FILLED } from "./answers";
import { PAGES, type PageSpecimen } from "./pages";
import * as specimens from "./specimens";
import { type Stage, STAGES, Staged } from "./staged";
import styles from "./design.module.css";

const STATUSES: readonly Status[] = ["ok", "watch", "bad", "unknown"];
const none = (): void => undefined;

/** Every page that has a list or a chart in each of its states, and what pages are made of. */
export function Design({ nowMs }: { nowMs: number }) {
  return (
    <Page crumbs={[{ label: "Design" }]}>
      <Headline title="Every list and chart, in every state">
        Change a component and look here before anybody else has to. Values are made up. The theme is yours: switch it,
        and look again.
      </Headline>
      <Basics />
      <Charts nowMs={nowMs} />
      <Specimen name="Jobs in each state">
        <Sheet flush>
          <Jobs nowMs={nowMs} />
        </Sheet>
      </Specimen>
      {PAGES.map((specimen) => (
        <Stages key={specimen.name} {...specimen} />
      ))}
    </Page>
  );
}

function Stages({ name, page, address = "", always = [] }: PageSpecimen) {
  return STAGES.map((stage) => (
    <Specimen key={stage} name={`${name}, ${stage}`} stage={stage}>
      <Staged {...{ stage, filled: FILLED, empty: EMPTY, always, address }}>{page}</Staged>
    </Specimen>
  ));
}

function Specimen({ name, stage, children }: { name: string; stage?: Stage; children: ReactNode }) {
  return (
    <div className={styles.specimen} role="group" aria-label={name} data-stage={stage}>
      <p className={styles.name}>{name}</p>
      <Frame name={name}>{children}</Frame>
    </div>
  );
}

function Basics() {
  return (
    <>
      <Specimen name="Status: shape, word and colour">
        <div className={styles.row}>
          {STATUSES.map((status) => (
            <StatusText key={status} status={status}>
              {status}
            </StatusText>
          ))}
        </div>
      </Specimen>
      <Specimen name="Buttons and meters">
        <div className={styles.row}>
          <Button look="primary">One next step</Button>
          <Button>Plain</Button>
          <Button look="quiet">Quiet</Button>
          <Button disabled>Not now</Button>
          {[0.2, 0.85, 0.97].map((ratio) => (
            <Meter key={ratio} ratio={ratio} label="Buffer" text={`${Math.round(ratio * 100)} %`} />
          ))}
        </div>
      </Specimen>
      <Specimen name="The line: whole, broken in the colour of its cause">
        <TheLine stops={specimens.LINE_STOPS} />
      </Specimen>
      <Specimen name="The line, unknown">
        <TheLine
          stops={specimens.LINE_STOPS.map((stop, i) => (i < 2 ? { ...stop, label: null, status: "unknown" } : stop))}
        />
      </Specimen>
      <Specimen name="Nothing here, and a sample">
        <Sheet flush>
          <Empty title="No stream yet">
            <p>A node names its streams in its birth; this one has named none.</p>
            <Sample label="Command">mosquitto_pub -t tl/1/kiln-7/up/plain/kiln/temperature -m 820</Sample>
          </Empty>
        </Sheet>
      </Specimen>
    </>
  );
}

function Charts({ nowMs }: { nowMs: number }) {
  const range = { fromMs: nowMs - 3_600_000, toMs: nowMs, live: false };
  const points = specimens.points(nowMs);
  const nothing = { ...points, tsMs: [], mean: [], min: [], max: [], n: [], source: "none" as const };
  const marks = specimens.marks(nowMs);
  const shown: [string, Partial<Parameters<typeof StreamHistory>[0]>][] = [
    ["Chart", { data: { range, points }, marks }],
    ["Chart, stale while the next loads", { data: { range, points }, marks, dimmed: true }],
    ["Chart, failed with what was read before", { data: { range, points }, marks, error: new Error("503") }],
    ["Chart, no reading", { data: { range, points: nothing }, marks: null }],
    ["Chart, loading", { loading: true }],
    ["Chart, failed", { loading: true, error: new Error("The server answered 503.") }],
  ];
  return shown.map(([name, props]) => (
    <Specimen key={name} name={name}>
      <StreamHistory
        stream={specimens.stream(nowMs)}
        timeZone="Europe/Paris"
        health={{ status: "bad", reason: "above 4.5" }}
        data={null}
        loading={false}
        dimmed={false}
        error={null}
        onRetry={none}
        marks={null}
        tail={[]}
        asTable={name === "Chart"}
        tableToggle={null}
        onZoom={none}
        onZoomIn={none}
        onZoomOut={none}
        onPan={none}
        {...props}
      />
    </Specimen>
  ));
}

function Jobs({ nowMs }: { nowMs: number }) {
  return specimens.jobs(nowMs).map((job) => (
    <JobProgress
      key={job.id}
      job={job}
      nowMs={nowMs}
      onCancel={none}
      onRetry={none}
      logOpen={job.state === "failed"}
      onToggleLog={none}
    >
      <JobLog lines={[{ atMs: nowMs - 60_000, text: "Asked the object store for a place." }]} />
    </JobProgress>
  ));
}
