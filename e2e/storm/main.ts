import { parseArgs } from "node:util";
import { isBalanced } from "./account";
import { runStorm } from "./storm";

/** `npm run storm -- --kills 300 --minutes 10 --seed 7`: the long storm, on demand. Exit code 1 when an account is not clean. */
const { values: flags } = parseArgs({
  options: {
    kills: { type: "string", default: "300" },
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "7" },
  },
});
const kills = Number(flags.kills);
const pauseMs = (Number(flags.minutes) * 60_000) / kills;
const report = await runStorm({
  seed: Number(flags.seed),
  kills,
  minPauseMs: pauseMs * 0.2,
  maxPauseMs: pauseMs * 1.2,
  onKill: (done, target) => console.error(`${done}/${kills} ${target}`),
});
console.log(JSON.stringify(report));
process.exitCode = Object.values(report.accounts).every(isBalanced) ? 0 : 1;
