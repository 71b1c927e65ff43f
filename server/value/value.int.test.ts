import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import type { Role } from "@/server/core/domain/permissions";
import { exportUseCases } from "./export-queries";
import { findUseCase, getPortfolio } from "./queries";
import { addTeams, somebodyOf } from "./testing-people";
import { USE_CASE_HEADER, useCaseLine } from "./domain/use-case-line";

let db: TestDb;
let team = { ours: "", theirs: "" };

beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
});
afterAll(() => db.drop());

const somebody = (role: Role, teamId = team.ours) => somebodyOf(db, role, teamId);

const figures = {
  currency: "EUR",
  benefitCentsPerDay: { low: 20_000, mode: 40_000, high: 70_000 },
  adoption: { low: 0.5, mode: 0.8, high: 0.95 },
  technicalProbability: { low: 0.6, mode: 0.8, high: 0.9 },
  oneOffCents: { low: 900_000, mode: 1_200_000, high: 2_000_000 },
  runCentsPerDay: { low: 500, mode: 1_000, high: 2_000 },
  rampDays: 30,
};
const policy = {
  ...{
    currency: "EUR",
    budgetCents: 100_000,
    discountRate: 0.08,
    rankedBy: "score" as const,
    why: "the budget of the year",
  },
  weights: { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 },
};
let n = 0;
const titled = () => `Use case ${++n}`;

describe("proposing", () => {
  test("a use case of a technician waits with its team, with its figures and what they return", async () => {
    const technician = await somebody("technician");
    const title = titled();
    const { id } = await technician.value.propose({ title, summary: "14 pumps", figures });
    const { rows } = await technician.value.portfolio();
    const row = rows.find((one) => one.id === id);
    expect(row).toMatchObject({
      title,
      summary: "14 pumps",
      intake: "pending",
      stage: "idea",
      team: "ours",
      version: 1,
    });
    expect(row?.forecast?.p50).toBeGreaterThan(0);
    expect(row?.standing.candidate.netValueCents).toBeGreaterThan(0);
    expect(row?.standing.candidate.mustMeets).toBe("fail");
  });

  test("the other team neither sees nor changes it, and learns nothing by its title", async () => {
    const [ours, theirs] = [await somebody("data-scientist"), await somebody("data-scientist", team.theirs)];
    const title = titled();
    const { id } = await ours.value.propose({ title });
    expect((await theirs.value.portfolio()).rows.map((row) => row.id)).not.toContain(id);
    await expect(theirs.value.estimate({ id, version: 1, figures })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(theirs.value.propose({ title, teamId: team.ours })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect(await theirs.value.propose({ title })).toHaveProperty("id");
  });

  test("a title is taken once in a team, whatever its case", async () => {
    const executive = await somebody("executive");
    const title = titled();
    await executive.value.propose({ title, teamId: team.ours });
    await expect(executive.value.propose({ title: title.toUpperCase(), teamId: team.ours })).rejects.toMatchObject({
      code: "CONFLICT",
      cause: { detail: { field: "title" } },
    });
  });

  test("T21 a hundred identical proposals or decisions at once have one effect; the others are told", async () => {
    const [one, other] = [await somebody("executive"), await somebody("chair")];
    const title = titled();
    const hundred = Array.from({ length: 100 });
    const proposed = await Promise.allSettled(hundred.map(() => one.value.propose({ title })));
    const made = proposed.filter((answer) => answer.status === "fulfilled");
    expect(made).toHaveLength(1);
    for (const answer of proposed)
      if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "CONFLICT" });
    const id = made[0]?.value.id ?? "";
    const decided = await Promise.allSettled(
      hundred.map(() => other.value.triage({ id, version: 1, to: "rejected", why: "asked for a hundred times" })),
    );
    expect(decided.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const written = await db.owner.query("select action from audit_log where subject = $1 order by n", [
      `use-case:${id}`,
    ]);
    expect(written.rows).toEqual([{ action: "use-case.propose" }, { action: "use-case.triage" }]);
  });

  test.each([
    ["low above the mode", { oneOffCents: { low: 9, mode: 1, high: 10 } }],
    ["NaN", { oneOffCents: { low: Number.NaN, mode: 1, high: 10 } }],
    ["another currency", { currency: "USD" }],
    ["ten million characters", { currency: "E".repeat(10_000_000) }],
  ])("%s in its figures refuses the whole proposal", async (_, wrong) => {
    const executive = await somebody("executive");
    const title = titled();
    const proposal = executive.value.propose({ title, figures: { ...figures, ...wrong } });
    await expect(proposal).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect((await executive.value.portfolio()).rows.map((row) => row.title)).not.toContain(title);
  });
});

describe("deciding", () => {
  test("somebody else accepts it; T19 who saw an older version is told", async () => {
    const [one, other] = [await somebody("executive"), await somebody("chair")];
    const { id } = await one.value.propose({ title: titled() });
    await expect(one.value.triage({ id, version: 1, to: "accepted" })).rejects.toThrow("somebody else");
    await other.value.triage({ id, version: 1, to: "accepted" });
    await expect(other.value.triage({ id, version: 1, to: "rejected", why: "late" })).rejects.toThrow("meanwhile");
    const { rows } = await other.value.portfolio();
    expect(rows.find((row) => row.id === id)).toMatchObject({ intake: "accepted", version: 2 });
  });

  test("a rejection says why, a duplicate of what, a snooze until when", async () => {
    const [one, other] = [await somebody("executive"), await somebody("chair")];
    const { id } = await one.value.propose({ title: titled() });
    const original = await one.value.propose({ title: titled() });
    await expect(other.value.triage({ id, version: 1, to: "rejected", why: " " })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    await expect(other.value.triage({ id, version: 1, to: "duplicate", of: id })).rejects.toThrow("another use case");
    await other.value.triage({ id, version: 1, to: "snoozed", days: 30 });
    await other.value.triage({ id, version: 2, to: "duplicate", of: original.id });
    const { rows } = await other.value.portfolio();
    expect(rows.find((row) => row.id === id)).toMatchObject({ intake: "duplicate", snoozedUntilMs: null });
  });

  test("a snooze ends by itself: on its day the proposal waits for a decision again, in list, page and file", async () => {
    const [one, other] = [await somebody("executive"), await somebody("chair")];
    const title = titled();
    const { id } = await one.value.propose({ title });
    await other.value.triage({ id, version: 1, to: "snoozed", days: 30 });
    const untilMs = Date.now() + 30 * 86_400_000;
    const intakeOf = async (nowMs: number) => {
      const { rows } = await getPortfolio(db.pool, nowMs);
      const found = await findUseCase(db.pool, id, nowMs);
      expect(found?.row.intake).toBe(rows.find((row) => row.id === id)?.intake);
      let file = "";
      const filter = { q: title, show: "open" as const, stage: "all" as const, team: null };
      for await (const line of exportUseCases(db.pool, filter, nowMs)) file += line;
      return `${found?.row.intake}, ${file.includes(title) ? "in" : "not in"} the file of what is open`;
    };
    expect(await intakeOf(untilMs - 60_000)).toBe("snoozed, not in the file of what is open");
    expect(await intakeOf(untilMs + 60_000)).toBe("pending, in the file of what is open");
  });

  test("a second estimate is another version, and the first cannot be changed", async () => {
    const executive = await somebody("executive");
    const { id } = await executive.value.propose({ title: titled(), figures: { ...figures, shape: "triangular" } });
    const [first] = (await executive.value.get({ id })).estimates;
    expect(first?.figures?.shape).toBe("triangular");
    expect(await executive.value.estimate({ id, version: 1, figures, why: "measured" })).toEqual({ estimate: 2 });
    await expect(
      db.owner.query("update use_case_estimates set why = 'x' where use_case_id = $1", [id]),
    ).rejects.toThrow("only ever added to");
  });
});

describe("an accepted use case", () => {
  async function accepted() {
    const [proposer, chair] = [await somebody("data-scientist"), await somebody("chair")];
    const { id } = await proposer.value.propose({ title: titled(), figures });
    await chair.value.triage({ id, version: 1, to: "accepted" });
    const now = async () => (await chair.value.get({ id })).row;
    const seen = async () => ({ id, version: (await now()).version });
    return { id, proposer, chair, now, seen };
  }

  test("is confirmed by its owner and its sponsor themselves, and somebody new has confirmed nothing", async () => {
    const { chair, proposer, now, seen } = await accepted();
    const executive = await somebody("executive");
    await chair.value.setPeople({ ...(await seen()), ownerId: proposer.id, sponsorId: executive.id });
    await expect(chair.value.confirm({ ...(await seen()), as: "sponsor" })).rejects.toThrow("Only its sponsor");
    await executive.value.confirm({ ...(await seen()), as: "sponsor" });
    expect((await now()).standing.candidate.parts.sponsorship).toMatchObject({ value: 2 / 3 });
    await chair.value.setPeople({ ...(await seen()), ownerId: proposer.id, sponsorId: chair.id });
    expect(await now()).toMatchObject({ sponsorConfirmedMs: null, ownerName: "data-scientist" });
    const nobody = chair.value.setPeople({ ...(await seen()), ownerId: team.ours, sponsorId: null });
    await expect(nobody).rejects.toMatchObject({ cause: { detail: { field: "ownerId" } } });
  });

  test("says what it needs; what is another team's is answered like what is not there", async () => {
    const { proposer, now, seen, id } = await accepted();
    await db.owner.query(
      "insert into nodes (id, status, team_id) values ('far', 'accepted', $1) on conflict do nothing",
      [team.theirs],
    );
    const foreign = proposer.value.setNeeds({ ...(await seen()), needs: [{ capability: "a node", nodeId: "far" }] });
    await expect(foreign).rejects.toMatchObject({ cause: { detail: { field: "needs[0].capability" } } });
    const twice = [{ capability: "flow" }, { capability: "Flow" }];
    await expect(proposer.value.setNeeds({ ...(await seen()), needs: twice })).rejects.toThrow("Row 1 says the same");
    await proposer.value.setNeeds({ ...(await seen()), needs: [{ capability: "a scale", costCents: 100_000 }] });
    expect((await now()).capabilities).toMatchObject([{ capability: "a scale", state: "missing", costCents: 100_000 }]);
    const { history, needs } = await proposer.value.get({ id });
    expect(history[0]?.action).toBe("use-case.needs");
    expect(needs).toHaveLength(1);
  });

  test("moves by a decision, and money is committed within the budget", async () => {
    const { chair, now, seen } = await accepted();
    const executive = await somebody("executive");
    await chair.value.move({ ...(await seen()), to: "pilot", why: "the gate is open" });
    expect((await now()).stage).toBe("pilot");
    const tooMuch = executive.value.commit({ ...(await seen()), cents: 1 });
    await expect(tooMuch).rejects.toThrow("There is no budget yet");
    await chair.value.savePolicy({ ...policy, version: 0 });
    await executive.value.commit({ ...(await seen()), cents: 60_000 });
    const other = await accepted();
    const over = executive.value.commit({ ...(await other.seen()), cents: 50_000 });
    await expect(over).rejects.toThrow("€400 of the budget are left");
    const least = chair.value.savePolicy({ ...policy, version: 1, budgetCents: 59_999 });
    await expect(least).rejects.toMatchObject({ cause: { detail: { field: "budgetCents" } } });
    await executive.value.commit({ ...(await seen()), cents: null });
    expect(await now()).toMatchObject({ committedCents: null });
    for (const cents of [-1, 0.5, Number.NaN])
      await expect(executive.value.commit({ ...(await seen()), cents })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  test("is not moved nor paid for before it is accepted", async () => {
    const [one, chair] = [await somebody("executive"), await somebody("chair")];
    const { id } = await one.value.propose({ title: titled() });
    await expect(chair.value.move({ id, version: 1, to: "pilot" })).rejects.toThrow("not accepted");
    await expect(one.value.commit({ id, version: 1, cents: 100 })).rejects.toThrow("not accepted");
  });

  test("is acceptable once a review found nothing against it", async () => {
    const { chair, now, seen } = await accepted();
    const acceptable = async () => (await now()).standing.checks.find(({ id }) => id === "acceptable")?.verdict;
    expect(await acceptable()).toBe("unknown");
    await chair.value.review({ ...(await seen()), objections: ["no guard"] });
    expect(await acceptable()).toBe("fail");
    await chair.value.review({ ...(await seen()), objections: [] });
    expect(await acceptable()).toBe("pass");
  });
});

describe("the policy", () => {
  const newest = async () => (await (await somebody("chair")).value.portfolio()).policy;

  test("is saved as another version by who saw the newest, and scores follow its weights", async () => {
    const [chair, executive] = [await somebody("chair"), await somebody("executive")];
    const { version } = await newest();
    const weights = { value: 10, readiness: 60, kpiClarity: 20, sponsorship: 10 };
    expect(await chair.value.savePolicy({ ...policy, version, weights })).toEqual({ version: version + 1 });
    await expect(executive.value.savePolicy({ ...policy, version })).rejects.toThrow("another policy meanwhile");
    expect(await newest()).toMatchObject({ version: version + 1, weights });
    await expect(db.owner.query("delete from value_policies")).rejects.toThrow("only ever added to");
  });

  test.each<[string, object, string]>([
    ["weights that are not 100 together", { weights: { ...policy.weights, value: 41 } }, "add up to 101"],
    ["a negative weight", { weights: { ...policy.weights, value: -1, readiness: 66 } }, "negative"],
    ["NaN as a budget", { budgetCents: Number.NaN }, "budgetCents"],
    ["a negative budget", { budgetCents: -1 }, "negative"],
    ["a rate above 100 %", { discountRate: 1.5 }, "0 to 100 %"],
    ["a currency that no estimate is in", { currency: "USD" }, "exchange rate"],
    ["no reason", { why: " " }, "Say why"],
  ])("%s is refused", async (_, wrong, sentence) => {
    const chair = await somebody("chair");
    await chair.value.propose({ title: titled(), figures });
    const { version } = await newest();
    await expect(chair.value.savePolicy({ ...policy, version, ...wrong })).rejects.toThrow(sentence);
    expect((await newest()).version).toBe(version);
  });
});

test("a sensor that falls silent takes the readiness of what needs it, and gives it back", async () => {
  const executive = await somebody("executive");
  const { id } = await executive.value.propose({ title: titled(), teamId: team.ours });
  await db.owner.query("insert into nodes (id, status, team_id, online) values ('live', 'accepted', $1, true)", [
    team.ours,
  ]);
  const { rows } = await db.owner.query<{ id: number }>(
    "insert into streams (node_id, key, status, rate_hz) values ('live', 'vibration', 'accepted', 1) returning id",
  );
  const stream = rows[0]?.id ?? 0;
  await db.owner.query(
    "insert into use_case_needs (use_case_id, capability, stream_id, cost_cents) values ($1, 'vibration', $2, 1000), ($1, 'a scale', null, 3000)",
    [id, stream],
  );
  const readiness = async () => {
    const row = (await executive.value.portfolio()).rows.find((one) => one.id === id);
    const part = row?.standing.candidate.parts.readiness;
    return part?.known ? part.value : null;
  };
  await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, now(), 1)", [stream]);
  expect(await readiness()).toBe(0.25);
  await db.owner.query("update latest_values set ts = now() - interval '9 seconds' where stream_id = $1", [stream]);
  expect(await readiness()).toBe(0);
  await db.owner.query("update latest_values set ts = now() where stream_id = $1", [stream]);
  expect(await readiness()).toBe(0.25);
});

describe("a CSV file", () => {
  const file = (...lines: readonly string[]) => Buffer.from([USE_CASE_HEADER, ...lines].join("")).toString("base64");
  const rowOf = (title: string, more: Partial<typeof figures> = {}) =>
    useCaseLine({ title, figures: { ...figures, ...more } });

  test("proposes what is new, estimates anew what is there, and leaves alone what is the same", async () => {
    const executive = await somebody("executive");
    const [there, same, fresh, bare] = [titled(), titled(), titled(), titled()];
    for (const title of [there, same]) await executive.value.propose({ title, figures, teamId: team.ours });
    const lines = [
      rowOf(there, { rampDays: 60 }),
      rowOf(same),
      rowOf(fresh),
      useCaseLine({ title: bare, figures: null }),
    ];
    const imported = await executive.value.importUseCases({ file: file(...lines), teamId: team.ours });
    expect(imported).toMatchObject({ added: 2, estimated: 1, unchanged: 1, faultCount: 0 });
    const { rows } = await executive.value.portfolio();
    expect(rows.find(({ title }) => title === there)).toMatchObject({ estimate: 2 });
    expect(rows.find(({ title }) => title === same)).toMatchObject({ estimate: 1 });
    expect(rows.find(({ title }) => title === bare)).toMatchObject({ estimate: null, intake: "pending" });
  });

  test("with a wrong row goes in only when the good rows are wanted alone", async () => {
    const executive = await somebody("executive");
    const [good, dollars] = [titled(), titled()];
    const wrong = file(rowOf(good), rowOf(dollars, { currency: "USD" }), rowOf(titled()));
    const refused = await executive.value.importUseCases({ file: wrong, teamId: team.ours });
    expect(refused).toMatchObject({ added: 0, good: 2, faults: [{ row: 3, column: "currency" }] });
    const titles = async () => (await executive.value.portfolio()).rows.map(({ title }) => title);
    expect(await titles()).not.toContain(good);
    const taken = await executive.value.importUseCases({ file: wrong, teamId: team.ours, onlyGood: true });
    expect(taken).toMatchObject({ added: 2, faultCount: 1 });
    expect(await titles()).toContain(good);
    expect(await titles()).not.toContain(dollars);
  });

  test("of the other team's people writes into their team, and comes back as it went out", async () => {
    const theirs = await somebody("data-scientist", team.theirs);
    const title = titled();
    const ours = theirs.value.importUseCases({ file: file(rowOf(title)), teamId: team.ours });
    await expect(ours).rejects.toMatchObject({ cause: { detail: { field: "teamId" } } });
    await theirs.value.importUseCases({ file: file(rowOf(title)) });
    const all = { q: title, show: "open", stage: "all" } as const;
    let text = "";
    for await (const line of exportUseCases(db.pool, { ...all, team: team.theirs }, Date.now())) text += line;
    expect(text).toBe(`${USE_CASE_HEADER}${rowOf(title)}`);
    for await (const line of exportUseCases(db.pool, { ...all, team: team.ours }, Date.now()))
      expect(line).toBe(USE_CASE_HEADER);
  });

  test("10,000 that were rejected leave room; 5,000 that are open leave none, and one snoozed makes some", async () => {
    const executive = await somebody("executive");
    const fill = (intake: string, n: number) =>
      db.owner.query(
        `insert into use_cases (org_id, team_id, title, summary, created_by, created_by_name, intake)
         select (select org_id from teams where id = $1), $1, 'bulk ' || $2 || i, '', 'bulk', 'bulk', $2 from generate_series(1, $3::int) i`,
        [team.ours, intake, n],
      );
    const open = "select count(*)::int as n from use_cases where intake in ('pending', 'accepted')";
    try {
      await fill("rejected", 10_000);
      const title = titled();
      await executive.value.propose({ title, teamId: team.ours });
      const { rows } = await db.owner.query<{ n: number }>(open);
      await fill("pending", 4_998 - (rows[0]?.n ?? 0));
      const three = file(
        ...[titled(), titled(), titled(), title].map((one) => useCaseLine({ title: one, figures: null })),
      );
      const imported = executive.value.importUseCases({ file: three, teamId: team.ours });
      await expect(imported).rejects.toThrow("There is room for 2 of these 3. Reject or snooze some proposals first.");
      await fill("accepted", 2);
      await expect(executive.value.propose({ title: titled(), teamId: team.ours })).rejects.toThrow("At most 5,000");
      const chair = await somebody("chair");
      const { rows: one } = await db.owner.query<{ id: string; version: number }>(
        "select id, version from use_cases where title = 'bulk pending1'",
      );
      await chair.value.triage({ id: one[0]?.id ?? "", version: one[0]?.version ?? 0, to: "snoozed", days: 1 });
      await executive.value.propose({ title: titled(), teamId: team.ours });
    } finally {
      await db.owner.query("update use_cases set intake = 'rejected', snoozed_until = null where created_by = 'bulk'");
    }
  });

  test.each<[string, string]>([
    ["broken encoding", Buffer.from([...Buffer.from(USE_CASE_HEADER), 0xfc]).toString("base64")],
    ["nothing in it", ""],
  ])("with %s says so, and nothing goes in", async (_, broken) => {
    const executive = await somebody("executive");
    const told = await executive.value.importUseCases({ file: broken, onlyGood: true });
    expect(told).toMatchObject({ added: 0, faultCount: 1, faults: [{ row: 1 }] });
  });

  test("that is no base64, or too large, never gets that far", async () => {
    const executive = await somebody("executive");
    for (const wrong of ["title;", "A".repeat(1_000_000)])
      await expect(executive.value.importUseCases({ file: wrong })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
