import { spawn } from "node:child_process";

/**
 * Has a server of a test ended, and its folder removed, when this process ends in any way, kill -9 included. A shell waits at
 * the other end of a pipe: only our death closes it.
 *
 * @returns gives the server free, to be called when it has been ended in an orderly way
 */
export function endWithUs(pid: number, signal: "TERM" | "INT", folder?: string): () => void {
  const guard = spawn("/bin/sh", ["-c", SCRIPT, "guard", String(pid), signal, folder ?? ""], {
    detached: true, // a signal to our whole group must not reach it
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  const pipe: unknown = guard.stdin; // a socket, which the types do not tell
  if (typeof pipe === "object" && pipe !== null && "unref" in pipe && typeof pipe.unref === "function") pipe.unref();
  guard.stdin.on("error", () => undefined); // the shell was ended from outside: nothing to guard any more
  return () => {
    guard.kill("SIGKILL");
  };
}

/** `read` returns at the end of the pipe. An orderly end gets ten seconds. */
const SCRIPT = `
read -r _
kill -"$2" "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 1; done
kill -KILL "$1" 2>/dev/null
[ -z "$3" ] || rm -rf -- "$3"
`;
