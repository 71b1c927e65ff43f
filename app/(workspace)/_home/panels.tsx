import Link from "next/link";
import { TheLine, type LineStop } from "@/components/line/the-line";
import { Sheet } from "@/components/ui/page";
import { StatusText } from "@/components/ui/status";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import { formatAge, formatCount, formatNumber, type Status } from "@/server/fabric/domain/health";
import { silentModels, type HomeFacts, type HomeRole } from "@/server/home/domain/home";
import styles from "./home.module.css";

/** What one role looks at besides its list: only what is known today, and why the rest is not. */
export function PanelOf({ role, facts }: { role: HomeRole; facts: HomeFacts }) {
  switch (role) {
    case "executive":
    case "council":
    case "auditor":
      return <Evidence facts={facts} />;
    case "data-scientist":
      return <Models facts={facts} />;
    case "technician":
    case "admin":
      return <Plant facts={facts} />;
  }
}

interface Row {
  name: string;
  status: Status;
  says: string;
  href: string;
}

function rowsOfPlant({ fleet, streams, lost24h, alarms }: HomeFacts): Row[] {
  const { ok, bad, watch, unknown } = fleet.byStatus;
  const silent = streams.accepted - streams.current;
  return [
    {
      name: "Nodes",
      status: bad > 0 ? "bad" : watch > 0 ? "watch" : unknown > 0 ? "unknown" : "ok",
      says: `${formatCount(ok)} of ${formatCount(fleet.nodes)} send${bad + watch > 0 ? `, ${formatCount(bad + watch)} need a look` : ""}`,
      href: "/fleet",
    },
    {
      name: "Streams",
      status: streams.accepted === 0 ? "unknown" : silent > 0 ? "watch" : "ok",
      says:
        streams.accepted === 0
          ? "none accepted yet"
          : `${formatCount(streams.current)} of ${formatCount(streams.accepted)} current`,
      href: "/streams",
    },
    {
      name: "Data of 24 h",
      status: lost24h.rows > 0 ? "bad" : "ok",
      says:
        lost24h.rows > 0
          ? `${formatCount(lost24h.rows)} rows lost at ${formatCount(lost24h.nodes)} ${lost24h.nodes === 1 ? "node" : "nodes"}`
          : "no node says that it lost any",
      href: "/fleet",
    },
    {
      name: "Alarms open",
      status: alarms.length > 0 ? "watch" : "ok",
      says: alarms.length === 0 ? "none" : formatCount(alarms.length),
      href: alarms[0]?.streamId ? `/streams/${alarms[0].streamId}` : "/fleet",
    },
  ];
}

function Plant({ facts }: { facts: HomeFacts }) {
  return (
    <Sheet title="The plant" flush>
      <Rows rows={rowsOfPlant(facts)} />
    </Sheet>
  );
}

/** The line as far as it is known, and under it what decisions can rest on. */
function Evidence({ facts }: { facts: HomeFacts }) {
  const [nodes, streams, lost, alarms] = rowsOfPlant(facts);
  const scoring = facts.models.length - silentModels(facts).length;
  const models: Row = {
    name: "Models",
    status: facts.models.length === 0 ? "unknown" : scoring < facts.models.length ? "watch" : "ok",
    says:
      facts.models.length === 0
        ? "none runs yet"
        : `${formatCount(scoring)} of ${formatCount(facts.models.length)} slots scored in the last hour`,
    href: facts.models[0] ? `/fleet/${facts.models[0].nodeId}#models` : "/fleet",
  };
  const [outcomes, useCases] = valueStops(facts.value);
  const unknown: Row[] = [
    { name: "Outcomes", status: outcomes.status, says: outcomes.reason, href: "/outcomes" },
    { name: "Use cases", status: useCases.status, says: useCases.reason, href: "/portfolio" },
    { name: "Accuracy", status: "unknown", says: "nobody has labelled what the models found yet", href: "/streams" },
  ];
  const stops: LineStop[] = [
    outcomes,
    useCases,
    {
      kind: "model",
      label: facts.models.length === 0 ? null : `${formatCount(facts.models.length)} model slots`,
      status: models.status,
      href: models.href,
      reason: models.says,
    },
    ...(streams
      ? [
          {
            kind: "stream",
            label: `${formatCount(facts.streams.accepted)} streams`,
            status: streams.status,
            href: streams.href,
            reason: streams.says,
          },
        ]
      : []),
    ...(nodes
      ? [
          {
            kind: "node",
            label: `${formatCount(facts.fleet.nodes)} nodes`,
            status: nodes.status,
            href: nodes.href,
            reason: nodes.says,
          },
        ]
      : []),
  ];
  return (
    <>
      <Sheet title="The line today" flush>
        <div className={styles.line}>
          <TheLine stops={stops} />
        </div>
        <Rows rows={[nodes, streams, models, lost, alarms, ...unknown].filter((row) => row !== undefined)} />
      </Sheet>
    </>
  );
}

type ValueStop = LineStop & { reason: string };

/** The upper end of the line: what the business wants, and the use cases that are to bring it. */
function valueStops(value: HomeFacts["value"]): readonly [ValueStop, ValueStop] {
  const { outcomes, useCases } = value ?? {
    outcomes: { active: 0, known: 0, unknown: null },
    useCases: { accepted: 0, ready: 0, waitsFor: null },
  };
  return [
    {
      kind: "outcome",
      label: outcomes.active === 0 ? null : plural(outcomes.active, "outcome"),
      status: outcomes.active > 0 && outcomes.known === outcomes.active ? "ok" : "unknown",
      href: "/outcomes",
      reason:
        outcomes.active === 0
          ? "no outcome is written down yet"
          : (outcomes.unknown ?? `every KPI of ${plural(outcomes.active, "outcome")} is known`),
    },
    {
      kind: "use case",
      label: useCases.accepted === 0 ? null : plural(useCases.accepted, "use case"),
      status: useCases.accepted === 0 ? "unknown" : useCases.ready < useCases.accepted ? "watch" : "ok",
      href: "/portfolio",
      reason:
        useCases.accepted === 0
          ? "no use case is accepted yet"
          : `${formatCount(useCases.ready)} of ${formatCount(useCases.accepted)} ready${useCases.waitsFor ? `; ${useCases.waitsFor}` : ""}`,
    },
  ];
}

function plural(n: number, thing: string): string {
  return `${formatCount(n)} ${thing}${n === 1 ? "" : "s"}`;
}

function Rows({ rows }: { rows: readonly Row[] }) {
  return (
    <ul>
      {rows.map(({ name, status, says, href }) => (
        <li key={name} className={styles.row}>
          <Link href={href}>{name}</Link>
          <StatusText status={status}>{says}</StatusText>
        </li>
      ))}
    </ul>
  );
}

/** Models per slot: which digest runs where, what it said last, how fast. */
function Models({ facts }: { facts: HomeFacts }) {
  const silent = new Set(silentModels(facts));
  return (
    <Sheet title="Models" aside="accuracy unknown: no labels yet" flush>
      {facts.models.length === 0 ? (
        <p className={styles.calm}>None runs yet. A node declares a slot for it in its pipeline.</p>
      ) : (
        <TableRegion label="Models">
          <table className={`${table.table} ${table.cards}`}>
            <thead>
              <tr>
                <th scope="col">Slot</th>
                <th scope="col">Last said</th>
                <th scope="col" className={`${table.num} ${table.wideOnly}`}>
                  Scored in 24 h
                </th>
                <th scope="col" className={`${table.num} ${table.wideOnly}`}>
                  Run time, median
                </th>
                <th scope="col" className={`${table.num} ${table.wideOnly}`}>
                  Digest
                </th>
              </tr>
            </thead>
            <tbody>
              {facts.models.map((model) => (
                <tr key={`${model.nodeId} ${model.slot}`}>
                  <td>
                    <Link href={`/fleet/${model.nodeId}#models`} className={table.rowLink}>
                      {model.slot}
                    </Link>
                    <span className={table.sub}>{model.nodeId}</span>
                  </td>
                  <td className={table.wholeRow}>
                    {model.lastMs === null ? (
                      <StatusText status="unknown">nothing in 24 h</StatusText>
                    ) : (
                      <StatusText status={silent.has(model) ? "watch" : model.lastLabel === "normal" ? "ok" : "watch"}>
                        {`${model.lastLabel ?? "scored"}, ${formatAge(facts.nowMs - model.lastMs)} ago`}
                      </StatusText>
                    )}
                  </td>
                  <td className={`${table.num} ${table.wideOnly}`}>{formatCount(model.scored24h)}</td>
                  <td className={`${table.num} ${table.wideOnly}`}>
                    {model.p50LatencyMs === null ? (
                      <span className="muted">not told</span>
                    ) : (
                      `${formatNumber(model.p50LatencyMs)} ms`
                    )}
                  </td>
                  <td className={`${table.num} ${table.wideOnly}`}>
                    {model.model ? <code>{model.model.replace(/^sha256:/, "").slice(0, 7)}</code> : "none"}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
    </Sheet>
  );
}
