declare module "oidc-provider" {
  import type { Server } from "node:http";

  /** What we use of it: an OpenID provider as a Node server. */
  export default class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    listen(port: number, host: string): Server;
  }
}
