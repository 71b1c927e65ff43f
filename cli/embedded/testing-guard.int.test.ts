import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { isAlive } from "@/cli/processes";

test.each(["mosquitto", "aedes"])(
  "when a test run is killed, the %s it had started ends, and its folder goes",
  async (kind) => {
    const program = `
      import { startTestBroker } from "@/cli/embedded/testing";
      const broker = await startTestBroker({ kind: ${JSON.stringify(kind)} });
      console.log(JSON.stringify({ pid: broker.pid, folder: broker.folder }));
      setInterval(() => undefined, 1_000);`;
    const run = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said = await new Promise<string>((told, failed) => {
      run.stdout.once("data", (line: Buffer) => told(line.toString()));
      run.once("exit", (code) => failed(new Error(`ended with ${code}`)));
    });
    const { pid, folder }: { pid: number; folder: string } = JSON.parse(said);
    expect([isAlive(pid), existsSync(folder)]).toEqual([true, true]);
    run.kill("SIGKILL");
    await expect.poll(() => [isAlive(pid), existsSync(folder)], { timeout: 15_000 }).toEqual([false, false]);
  },
);
