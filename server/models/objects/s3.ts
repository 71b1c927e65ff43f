import { AwsClient } from "aws4fetch";
import { digestOf, keyOf, type ObjectStore, verified } from "./object";

/**
 * Objects in a bucket of anything that speaks the S3 protocol. An S3 PUT shows all of an object or none of it, and the
 * name is the content, so no write here needs a lock.
 *
 * @throws {RangeError} when the URL has no key, secret or bucket.
 */
export function openS3Store(url: URL): ObjectStore {
  const [bucket, ...prefix] = url.pathname.split("/").filter((part) => part !== "");
  if (!url.username || !url.password || !bucket) {
    throw new RangeError("OBJECT_STORE_URL needs a key, a secret and a bucket: s3://KEY:SECRET@host/bucket");
  }
  const client = new AwsClient({
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
    service: "s3",
    region: url.searchParams.get("region") ?? "us-east-1",
  });
  const scheme = url.searchParams.get("tls") === "false" ? "http" : "https";
  const base = [`${scheme}://${url.host}`, bucket, ...prefix].join("/");
  const place = `s3://${url.host}/${[bucket, ...prefix].join("/")}`;

  const request = async (method: "GET" | "HEAD" | "PUT" | "DELETE", digest: string, body?: Uint8Array<ArrayBuffer>) => {
    const response = await client.fetch(`${base}/${keyOf(digest)}`, { method, ...(body ? { body } : {}) });
    if (response.ok || response.status === 404) return response;
    throw new Error(`${place} answered ${response.status} to ${method} ${digest}`);
  };
  const has = async (digest: string): Promise<boolean> => (await request("HEAD", digest)).ok;

  return {
    place,
    has,
    async put(bytes) {
      const digest = digestOf(bytes);
      if (await has(digest)) return digest;
      const response = await request("PUT", digest, new Uint8Array(bytes));
      if (!response.ok) throw new Error(`${place} has no such bucket`);
      return digest;
    },
    async remove(digest) {
      await request("DELETE", digest);
    },
    async measure() {
      const total = { objects: 0, bytes: 0 };
      const root = `${scheme}://${url.host}/${bucket}`;
      for (let after: string | null = ""; after !== null; ) {
        const query = new URLSearchParams({ "list-type": "2", prefix: [...prefix, "sha256/"].join("/") });
        if (after !== "") query.set("continuation-token", after);
        const response = await client.fetch(`${root}?${query.toString()}`);
        if (!response.ok) throw new Error(`${place} answered ${response.status} to the list of its objects`);
        const xml = await response.text();
        for (const [, size] of xml.matchAll(/<Size>(\d+)<\/Size>/g)) {
          total.objects++;
          total.bytes += Number(size);
        }
        after = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(xml)?.[1] ?? null;
      }
      return total;
    },
    async get(digest) {
      const response = await request("GET", digest);
      if (!response.ok) return null;
      return verified(digest, new Uint8Array(await response.arrayBuffer()), place);
    },
  };
}
