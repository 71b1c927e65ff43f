import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * `npm run sbom` writes what this product is made of as CycloneDX to dist/sbom.cdx.json, from the lock file and without network.
 * Development dependencies are left out: they are not shipped. Which these are says the lock file: `npm sbom --omit=dev` also leaves out
 * what is shipped where something of the development needs it too.
 */
const root = join(import.meta.dirname, "..", "..");
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ name: z.string().optional(), version: z.string().optional(), dev: z.boolean().optional() }),
  ),
});
const Bill = z.looseObject({
  components: z.array(z.looseObject({ "bom-ref": z.string(), name: z.string(), version: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

const { packages } = Lock.parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
const shipped = new Set(
  Object.entries(packages)
    .filter(([, { dev }]) => dev !== true)
    .map(([path, { name, version }]) => `${name ?? path.split("node_modules/").at(-1)}@${version}`),
);
const bill = Bill.parse(
  JSON.parse(
    execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    }),
  ),
);
const components = bill.components.filter(({ name, version }) => shipped.has(`${name}@${version}`));
const left = new Set(bill.components.filter((one) => !components.includes(one)).map((one) => one["bom-ref"]));
const dependencies = bill.dependencies
  .filter(({ ref }) => !left.has(ref))
  .map(({ dependsOn, ...rest }) => ({ ...rest, dependsOn: dependsOn.filter((ref) => !left.has(ref)) }));

mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(
  join(root, "dist", "sbom.cdx.json"),
  `${JSON.stringify({ ...bill, components, dependencies }, null, 2)}\n`,
);
process.stdout.write("dist/sbom.cdx.json\n");
