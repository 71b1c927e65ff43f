declare global {
  // Next.js bundles instrumentation and routes apart, so a module variable would exist twice.
  var throughlineShutdown: AbortController | undefined;
}

/** Aborted when this process is told to end. Whoever holds a connection open must let go then. */
export function shutdownSignal(): AbortSignal {
  globalThis.throughlineShutdown ??= new AbortController();
  return globalThis.throughlineShutdown.signal;
}

/** Ties the signal to SIGTERM and SIGINT; called once at the start. */
export function closeOnShutdown(): void {
  shutdownSignal();
  const abort = () => globalThis.throughlineShutdown?.abort();
  process.once("SIGTERM", abort);
  process.once("SIGINT", abort);
}
