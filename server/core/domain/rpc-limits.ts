/** Procedures a browser may ask for in one request. */
export const MAX_RPC_BATCH = 10;
