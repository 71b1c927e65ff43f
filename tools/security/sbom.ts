import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm run sbom` writes what this product is made of as CycloneDX to dist/sbom.cdx.json, from the lock file and without network.
 * Development dependencies are left out: they are not shipped.
 */
const root = join(import.meta.dirname, "..", "..");
const sbom = execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--omit=dev", "--package-lock-only"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(join(root, "dist", "sbom.cdx.json"), sbom);
process.stdout.write("dist/sbom.cdx.json\n");
