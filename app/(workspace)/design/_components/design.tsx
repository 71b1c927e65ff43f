"use client";
import type { ReactNode } from "react";
import { Notifications } from "@/components/inbox/notifications";
import { JobLog, JobProgress } from "@/components/jobs/job-progress";
import { TheLine } from "@/components/line/the-line";
import { Button } from "@/components/ui/button";
import { Meter } from "@/components/ui/meter";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed, Sample, TableSkeleton } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import type { Status } from "@/server/fabric/domain/health";
import { AddNode } from "../../fleet/_components/add-node";
import { FleetTable } from "../../fleet/_components/fleet-table";
import { QuarantineTable } from "../../inbox/quarantine/_components/quarantine-table";
import { StreamHistory } from "../../streams/[id]/_components/stream-history";
import { StreamTable } from "../../streams/_components/stream-table";
import * as specimens from "./specimens";
import styles from "./design.module.css";

const THEMES = ["light", "dark"] as const;
const STATUSES: readonly Status[] = ["ok", "watch", "bad", "unknown"];
const none = (): void => undefined;

/** Each component once per state, in both themes side by side or under each other. */
export function Design({ nowMs }: { nowMs: number }) {
  return (
    <Page crumbs={[{ label: "Design" }]}>
      <Headline title="Every list and chart, in every state">
        Change a component and look here before anybody else has to. Values are made up.
      </Headline>
      {THEMES.map((theme) => (
        <section key={theme} data-theme={theme} className={styles.theme} aria-label={theme}>
          <h2>{theme === "light" ? "Light" : "Dark"}</h2>
          <Basics />
          <Lists nowMs={nowMs} />
          <Charts nowMs={nowMs} />
          <Work nowMs={nowMs} />
        </section>
      ))}
    </Page>
  );
}

function Specimen({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.specimen} role="group" aria-label={name}>
      <p className={styles.name}>{name}</p>
      {children}
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
      <Specimen name="The line: whole, broken in the colour of its cause, unknown">
        <TheLine stops={specimens.LINE_STOPS} />
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

function Lists({ nowMs }: { nowMs: number }) {
  const rows = specimens.fleetRows(nowMs);
  const streams = specimens.streamRows(nowMs);
  const fleet = (stale: boolean) => (
    <FleetTable rows={rows} matching={rows.length} asOfMs={nowMs} stale={stale} more={null} />
  );
  const list = (stale: boolean) => (
    <StreamTable rows={streams} matching={streams.length} asOfMs={nowMs} stale={stale} withNode more={none} />
  );
  const held = (dimmed: boolean) => (
    <QuarantineTable
      rows={specimens.quarantineRows(nowMs)}
      matching={1}
      asOfMs={nowMs}
      dimmed={dimmed}
      chosen={new Set()}
      onChosen={none}
      decisions={{ hidden: new Set(), busy: false, replay: none, discard: none, takeBack: none }}
      more={null}
    />
  );
  const states: [string, ReactNode][] = [
    ["Nodes", fleet(false)],
    ["Nodes, stale", fleet(true)],
    ["Nodes, none", <AddNode key="none" />],
    ["Streams", list(false)],
    ["Streams, stale", list(true)],
    ["Streams, none match", <Empty key="empty" title="No stream matches this filter" />],
    ["Quarantine", held(false)],
    ["Quarantine, stale", held(true)],
    ["Any list, loading", <TableSkeleton key="loading" rows={4} columns={5} />],
    [
      "Any list, failed",
      <Failed
        key="failed"
        what="The fleet could not be read."
        still="Devices keep sending and nothing is lost."
        detail="The server answered 503."
        onRetry={none}
      />,
    ],
  ];
  return states.map(([name, content]) => (
    <Specimen key={name} name={name}>
      <Sheet flush>{content}</Sheet>
    </Specimen>
  ));
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

function Work({ nowMs }: { nowMs: number }) {
  const inbox = { nowMs, failed: false, stale: false, onRetry: none, onRead: none, more: null };
  const items = specimens.notifications(nowMs);
  const states: [string, ReactNode][] = [
    ["Notifications", <Notifications key="some" {...inbox} items={items} more={none} />],
    ["Notifications, stale", <Notifications key="stale" {...inbox} items={items} stale failed />],
    ["Notifications, none", <Notifications key="none" {...inbox} items={[]} />],
    ["Notifications, loading", <Notifications key="loading" {...inbox} items={null} />],
    ["Notifications, failed", <Notifications key="failed" {...inbox} items={null} failed />],
    ["Jobs in each state", <Jobs key="jobs" nowMs={nowMs} />],
    ["One grey block", <BlockSkeleton key="block" height={80} />],
  ];
  return states.map(([name, content]) => (
    <Specimen key={name} name={name}>
      <Sheet flush>{content}</Sheet>
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
