import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { findChromium } from "./chromium.js";
import { helpOn, node, run, seconds } from "./command.js";
import { filesBelow } from "./files.js";

const HELP = `
npm test [-- file…]

Everything that must hold: what the tests need (Chromium, Python 3), the build, npm run check, then all tests. With files, only the tests in
those, without build and check. Fails when anything fails, when a test was skipped, and when there was nothing to run.

  --help   this text
`;

/** What the tests need beside Node: a browser for the pages, Python for the example client. */
const NEEDS = [
  { name: "Chromium", found: () => findChromium() !== undefined, packages: "chromium fonts-noto-cjk" },
  { name: "Python 3", found: () => spawnSync("python3", ["--version"]).status === 0, packages: "python3" },
];
const REPORT = ".cache/test.tap";

/** These hold answers to a time, which says nothing beside another test. */
const TIMED = /^test\/fault\/(fuzz|drain-drill)\.test\.ts$/;

/** One test file may take this long; one that hangs is ended and fails. */
const FILE_MS_MAX = 300_000;

helpOn(process.argv, HELP);
const chosen = process.argv.slice(2);
const begun = performance.now();
await part("requirements", requirements);
if (chosen.length === 0) {
  await part("build", () => node(["--import", "tsx", "scripts/build.ts"]));
  await part("check", () => node(["--import", "tsx", "scripts/check.ts"]));
}
const files = chosen.length > 0 ? chosen : testFiles();
const timed = files.filter((file) => TIMED.test(file));
const others = files.filter((file) => !TIMED.test(file));
if (others.length > 0 || timed.length === 0) await part("tests", () => tests(others, Math.min(2, availableParallelism())));
if (timed.length > 0) await part("tests that measure time", () => tests(timed, 1));
console.log(`npm test: everything holds (${seconds(begun)})`);

async function part(name: string, work: () => Promise<number>): Promise<void> {
  const since = performance.now();
  console.log(`\n== ${name}`);
  const code = await work();
  console.log(`== ${name} ${code === 0 ? "ok" : "FAILED"} (${seconds(since)})`);
  if (code !== 0) process.exit(1);
}

async function requirements(): Promise<number> {
  const missing = NEEDS.filter(({ found }) => !found());
  if (missing.length === 0) return 0;
  const names = missing.map(({ name }) => name).join(" and ");
  const install = `apt-get update && apt-get install -y --no-install-recommends ${missing.map(({ packages }) => packages).join(" ")}`;
  const debian = existsSync("/usr/bin/apt-get");
  if (debian && process.getuid?.() === 0) {
    console.log(`Missing: ${names}; installing with apt-get …`);
    return run("bash", ["-c", install]);
  }
  console.error(debian ? `Missing: ${names}. Run: sudo sh -c "${install}"` : `Missing: ${names}. Install them so that they are in PATH.`);
  return 1;
}

function testFiles(): string[] {
  const files = filesBelow(".").filter((file) => /\.test\.tsx?$/.test(file));
  return files.sort((a, b) => Number(a.startsWith("test/")) - Number(b.startsWith("test/")));
}

async function tests(files: readonly string[], atOnce: number): Promise<number> {
  if (files.length === 0) return nothing();
  mkdirSync(".cache", { recursive: true });
  const reporters = [
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${REPORT}`,
  ];
  const limits = [`--test-concurrency=${atOnce}`, `--test-timeout=${FILE_MS_MAX}`];
  const code = await node(["--import", "tsx", "--test", ...limits, ...reporters, ...files]);
  return code || verdict(readFileSync(REPORT, "utf8"));
}

/** A green run counts only if something ran and nothing was left out. */
function verdict(tap: string): number {
  const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(tap)?.[1] ?? 0);
  if (count("tests") === 0) return nothing();
  const left = count("skipped") + count("todo") + count("cancelled");
  if (left > 0) console.error(`${left} tests were skipped; a test runs or is deleted.`);
  return left > 0 ? 1 : 0;
}

function nothing(): number {
  console.error("No test ran.");
  return 1;
}
