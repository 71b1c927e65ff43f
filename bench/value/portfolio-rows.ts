import type { Pool } from "pg";

/** What the portfolio of the benchmark consists of. Assets: nodes, devices, streams and models together. */
export const SIZE = {
  useCases: 500,
  nodes: 100,
  devices: 400,
  streams: 1_400,
  models: 100,
  kpis: 200,
  days: 90,
} as const;

/**
 * Writes a portfolio of 500 use cases on 2,000 assets: each use case has three estimates, needs eight things of the plant in four capabilities
 * and moves two of 200 KPIs with 90 days of values, some of them corrected. A tenth of the streams is silent.
 */
export async function fillPortfolio(owner: Pool): Promise<void> {
  const { useCases, nodes, devices, streams, models, kpis, days } = SIZE;
  await owner.query(
    `insert into nodes (id, status, online, slots)
     select 'edge-' || i, 'accepted', i % 20 <> 0, case when i <= $2 then jsonb_build_array(jsonb_build_object('slot', 'main', 'committed', 'sha256:x')) else '[]' end
     from generate_series(1, $1) i`,
    [nodes, models],
  );
  await owner.query(
    "insert into devices (node_id, key) select 'edge-' || 1 + i % $2, 'device-' || i from generate_series(1, $1) i",
    [devices, nodes],
  );
  await owner.query(
    `insert into streams (node_id, device_id, key, unit, rate_hz, status)
     select d.node_id, d.id, 'stream-' || i, 'kW', 1, 'accepted' from generate_series(1, $1) i join devices d on d.key = 'device-' || 1 + i % $2`,
    [streams, devices],
  );
  await owner.query(
    "insert into latest_values (stream_id, ts, value) select id, now() + case when id % 10 = 0 then interval '-1 hour' else interval '1 hour' end, 1 from streams",
  );
  await owner.query(
    `insert into inference (id, node_id, slot, model, role, ts, output)
     select gen_random_uuid(), 'edge-' || i, 'main', 'sha256:x', 'active', now() - make_interval(mins => m), '{}'
     from generate_series(1, $1) i cross join generate_series(0, 600) m`,
    [models],
  );
  await owner.query(
    "insert into users (email, name) select 'person-' || i || '@bench.invalid', 'Person ' || i from generate_series(1, 20) i",
  );
  await owner.query(
    `insert into use_cases (org_id, team_id, title, summary, intake, stage, owner_id, owner_confirmed_at, sponsor_id, sponsor_confirmed_at, objections, reviewed_at,
       reviewed_by, created_by, created_by_name)
     select first_org(), first_team(), 'Use case ' || i, 'What it is about in one line', case when i % 5 = 0 then 'pending' else 'accepted' end,
       (array['idea', 'frame', 'pilot', 'prove', 'scale', 'run'])[1 + i % 6], p.id, now(), p.id, now(), '{}', now(), 'bench', 'bench', 'bench'
     from generate_series(1, $1) i join users p on p.email = 'person-' || 1 + i % 20 || '@bench.invalid'`,
    [useCases],
  );
  await owner.query(
    `insert into use_case_estimates (use_case_id, version, currency, benefit_low, benefit_mode, benefit_high, adoption_low, adoption_mode, adoption_high, works_low,
       works_mode, works_high, one_off_low, one_off_mode, one_off_high, run_low, run_mode, run_high, ramp_days, forecast, made_by, made_by_name)
     select id, v, 'EUR', 10000, 20000 + abs(hashtext(title)) % 9000, 40000, 0.5, 0.7, 0.9, 0.6, 0.8, 0.9, 500000, 900000, 1500000, 500, 900, 1600, 30,
       jsonb_build_object('p10', -0.4 + (abs(hashtext(title)) % 100) / 200.0, 'p50', 0.1 + (abs(hashtext(title)) % 100) / 200.0,
         'p90', 0.7 + (abs(hashtext(title)) % 100) / 200.0, 'chanceOfGain', 0.6), 'bench', 'bench'
     from use_cases cross join generate_series(1, 3) v`,
  );
  await owner.query(
    `insert into use_case_needs (use_case_id, capability, stream_id, device_id, node_id, slot, cost_cents)
     select u.id, 'capability ' || k % 4,
       case when k < 5 then 1 + (u.i * 7 + k * 131) % $1 end, case when k = 5 then 1 + (u.i * 3) % $2 end,
       case when k > 5 then 'edge-' || 1 + (u.i * k) % $3 end, case when k = 7 then 'main' end, 10000 * k
     from (select id, row_number() over (order by title)::int as i from use_cases) u cross join generate_series(0, 7) k`,
    [streams, devices, nodes],
  );
  await owner.query(
    "insert into kpis (org_id, team_id, name, owner_id, created_by, created_by_name) select first_org(), first_team(), 'KPI ' || i, (select id from users limit 1), 'bench', 'bench' from generate_series(1, $1) i",
    [kpis],
  );
  await owner.query(
    `insert into kpi_versions (kpi_id, version, unit, direction, source, stream_id, stat, time_zone, from_minute, to_minute, min_coverage, max_stale_s, is_additive,
       value_low, value_mode, value_high, currency, made_by, made_by_name)
     select id, 1, 'kW.h', 'down', 'stream', row_number() over (order by name), 'integral', 'Europe/Paris', 0, 1440, 0.8, 86400, true, 10, 14, 20, 'EUR', 'bench', 'bench'
     from kpis`,
  );
  await owner.query(
    `insert into kpi_values (kpi_id, version, day, revision, value, n, coverage, quality, made_by_name)
     select k.id, 1, current_date - d, r, 100 + (abs(hashtext(k.name || d)) % 100) / 10.0, 1440, 0.99, 'good', 'bench'
     from kpis k cross join generate_series(1, $1) d cross join generate_series(1, 2) r where r = 1 or d % 10 = 0`,
    [days],
  );
  await owner.query(
    "insert into outcomes (org_id, team_id, statement, owner_id, horizon, state, created_by, created_by_name) select first_org(), first_team(), 'Outcome ' || i, (select id from users limit 1), current_date + 90, 'active', 'bench', 'bench' from generate_series(1, 20) i",
  );
  await owner.query(
    "insert into outcome_kpis (outcome_id, kpi_id, baseline, target) select o.id, k.id, 105, 90 from kpis k join outcomes o on o.statement = 'Outcome ' || 1 + abs(hashtext(k.name)) % 20",
  );
  await owner.query(
    `insert into use_case_effects (use_case_id, kpi_id, low, mode, high)
     select u.id, k.id, 1, 3, 5 from (select id, row_number() over (order by title)::int as i from use_cases) u
     join lateral (select id from (select id, row_number() over (order by name)::int as i from kpis) k where k.i in (1 + u.i % $1, 1 + (u.i * 7) % $1)) k on true`,
    [kpis],
  );
  await owner.query("vacuum (analyze)");
}
