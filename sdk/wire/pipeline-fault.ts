/** What is wrong with a pipeline, where, and what to change. `path` starts at the document's root. */
export interface PipelineFault {
  path: string;
  code:
    | "SCHEMA"
    | "UNKNOWN_STREAM"
    | "UNIT_MISMATCH"
    | "STATE_QUOTA"
    | "UNKNOWN_SLOT"
    | "MODEL_INPUTS"
    | "NOT_SUPPORTED"
    | "STEP_ORDER";
  message: string;
  fix: string;
}

export function order(path: string, message: string): PipelineFault {
  return { path, code: "STEP_ORDER", message, fix: "Order the steps clean, window, infer, threshold." };
}

export function notSupported(path: string, what: string, fix: string): PipelineFault {
  return { path, code: "NOT_SUPPORTED", message: `this version does not run ${what}`, fix };
}

/** A hint that names what exists, the most alike first. */
export function nearest(wanted: string, known: readonly string[]): string {
  if (known.length === 0) return "There is none yet: declare it in the node's configuration.";
  const alike = [...known].sort((a, b) => sharedChars(wanted, b) - sharedChars(wanted, a)).slice(0, 3);
  return `Use one that exists, such as ${alike.join(", ")}.`;
}

function sharedChars(a: string, b: string): number {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared += 1;
  return shared * 10 + [...new Set(a)].filter((char) => b.includes(char)).length;
}
