import { capture, helpOn, node, run, seconds, tool } from "./command.js";

const HELP = `
npm run check [-- part…]

Checks the sources without running them. Without a part, all of them:

  style       format and lint (Biome)
  types       TypeScript: the server with its tests and scripts, then the pages
  structure   reading order of the rooms, dash rule, cycles (dependency-cruiser)
  unused      files, exports and packages nobody uses (knip)
  proto       the gRPC definitions (buf lint)
  docs        docs/CONFIG.md is what lib/config.ts says
  papers      docs/asyncapi.json, docs/openapi.json and docs/PROTOCOL.md are what proto/ says, and their linters find nothing

  --help      this text
`;

type Part = () => Promise<number>;

const parts: Readonly<Record<string, Part>> = {
  style: () => run(tool("biome"), ["ci", "--error-on-warnings", `--colors=${process.stdout.isTTY ? "force" : "off"}`]),
  types: async () => (await tsc("tsconfig.json")) || (await tsc("web/tsconfig.json")),
  structure,
  unused: () => run(tool("knip"), []),
  proto: () => run("npm", ["run", "--silent", "lint:proto"]),
  docs: () => node(["--import", "tsx", "scripts/config-doc.ts", "--check"]),
  papers: () => node(["--import", "tsx", "scripts/papers.ts", "--check"]),
};

helpOn(process.argv, HELP);
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in parts));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}". Parts: ${Object.keys(parts).join(", ")}.`);
  process.exit(1);
}
const failed: string[] = [];
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await check(name, part);
}
if (failed.length > 0) {
  console.error(`check: failed: ${failed.join(", ")}`);
  process.exit(1);
}

async function check(name: string, part: Part): Promise<void> {
  const since = performance.now();
  const code = await part();
  if (code !== 0) failed.push(name);
  console.log(`check: ${name} ${code === 0 ? "ok" : "FAILED"} (${seconds(since)})`);
}

function tsc(project: string): Promise<number> {
  return node([tool("tsc"), "--noEmit", "-p", project]);
}

/** A cruiser that found no modules finds no violations either; that is a failure here. */
async function structure(): Promise<number> {
  const { code, text } = await capture("npm", ["run", "--silent", "lint:structure"]);
  const modules = Number(/(\d+) modules/.exec(text)?.[1] ?? 0);
  if (code === 0 && modules > 50) return 0;
  console.error(text, modules > 50 ? "" : `only ${modules} modules were looked at`);
  return 1;
}
