import { cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { waitForLock } from "fs-native-extensions";
import { helpOn, node, seconds, tool } from "./command.js";
import { digestOf, filesBelow } from "./files.js";

const HELP = `
npm run build [-- --force]

Compiles the server into dist/ and the pages into web/dist/. A part whose sources did not change is left alone.

  --force   build every part
  --help    this text
`;

interface Part {
  readonly name: string;
  readonly sources: readonly string[];
  /** Missing: the part is built, whatever was remembered. */
  readonly result: string;
  build(): Promise<number>;
}

const SERVER = ["proto", "lib", "timeline", "directory", "persister", "router", "gateway", "embedded"];
const COMMON = ["package-lock.json", "tsconfig.json"];

const parts: readonly Part[] = [
  {
    name: "server",
    sources: [...SERVER, "tsconfig.dist.json", ...COMMON],
    result: "dist/embedded/main.js",
    async build() {
      for (const room of SERVER) rmSync(`dist/${room}`, { recursive: true, force: true });
      const code = await node([tool("tsc"), "-p", "tsconfig.dist.json"]);
      // Services read their .proto files at start, from beside the compiled code.
      cpSync("proto/deskwire", "dist/proto/deskwire", { recursive: true });
      return code;
    },
  },
  {
    name: "pages",
    sources: ["web", "client", "proto", ...COMMON],
    result: "dist/web/dist",
    async build() {
      const code = await node(["--import", "tsx", "web/build.ts"]);
      // Beside the compiled server the pages lie where they lie beside its sources.
      cpSync("web/dist", "dist/web/dist", { recursive: true });
      return code;
    },
  },
];

helpOn(process.argv, HELP);
const force = process.argv.includes("--force");
await alone();
for (const part of parts) await bring(part);

/** Two commands started together must not write the same files; the lock ends with this process. */
async function alone(): Promise<void> {
  mkdirSync("dist/.built", { recursive: true });
  await waitForLock(openSync("dist/.built/LOCK", "a+"));
}

async function bring(part: Part): Promise<void> {
  const stamp = `dist/.built/${part.name}`;
  const digest = digestOf(part.sources.flatMap(filesBelow));
  const known = existsSync(stamp) && readFileSync(stamp, "utf8") === digest && existsSync(part.result);
  if (known && !force) return;
  const since = performance.now();
  console.log(`build: ${part.name} …`);
  rmSync(stamp, { force: true });
  const code = await part.build();
  if (code !== 0) fail(part);
  writeFileSync(stamp, digest);
  console.log(`build: ${part.name} done in ${seconds(since)}`);
}

function fail(part: Part): never {
  console.error(`build: ${part.name} failed; what it says is above.`);
  process.exit(1);
}
