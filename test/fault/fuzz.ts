import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Doing, Lanes } from "./attack-lanes.js";
import { groundAt } from "./fuzz-attackers.js";
import { planOf } from "./fuzz-plan.js";
import { Broken, fuzzRun } from "./fuzz-run.js";
import { foreignTarget, ownTarget, type Target } from "./fuzz-target.js";
import { faultsOf, figuresOf } from "./fuzz-verdict.js";

const HELP = `
npm run fuzz [-- options]

Attacks the embedded server while honest people talk in it, in calm phases and under attack by turns: generated frames, broken WebSocket and
HTTP, slow and silent and deaf clients. Fails when it ends or logs an error, when honest answers take more than twice as long (p99, the
median over all cycles of attack against the calm before it; p50 when others kept the machine too busy for that), when a message is lost or
shown twice, and when memory, sockets or files stay. Prints its seed, and what was being done when something broke.

  --minutes <n>     how long (10)
  --seed <n>        makes the same cases again (taken from the time)
  --case <name:n>   only this case of the seed, and what it does
  --attacks <names> only these, by commas
  --url <url>       a server that runs, with the demo tenant; its memory and log are not seen then
  --help            this text
`;

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { minutes: { ...text, default: "10" }, seed: text, case: text, attacks: text, url: text, help: { type: "boolean" } },
});
if (values.help) {
  console.log(HELP.trim());
  process.exit(0);
}

/** As operators run it. */
const BUILT = "dist/embedded/main.js";

const began_ms = performance.now();
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : count("seed", values.seed);
console.log(`seed ${seed}`);
const data = mkdtempSync(join(tmpdir(), "deskwire-fuzz-"));
const target = values.url === undefined ? await ownTarget(data, BUILT) : foreignTarget(values.url);
try {
  process.exitCode = values.case === undefined ? await whole(target) : await single(target, values.case);
} finally {
  await target.stop();
  rmSync(data, { recursive: true, force: true });
}

async function whole(server: Target): Promise<number> {
  try {
    const report = await fuzzRun(server, {
      seed,
      say,
      attacks: values.attacks?.split(",") ?? [],
      ...planOf(count("minutes", values.minutes)),
    });
    console.log(figuresOf(report));
    const faults = faultsOf(report);
    if (faults.length > 0) console.log(`FAILED (seed ${seed})\n${faults.join("\n")}\n${inWords(report.latest)}`);
    else console.log("everything held");
    return faults.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    console.log(`BROKEN (seed ${seed}): ${error.message}\n${inWords(error.latest)}\nalarms: ${server.alarms().join("\n")}`);
    return 1;
  }
}

async function single(server: Target, name: string): Promise<number> {
  const [attack = "", number = ""] = name.split(":");
  console.log(await new Lanes(seed).replay({ attack, count: count("case", number) }, await groundAt(server.url, [])));
  console.log(server.alarms().join("\n") || "no alarm");
  return server.alarms().length > 0 ? 1 : 0;
}

function inWords(latest: readonly Doing[]): string {
  const lines = latest.map(({ attack, count, what }) => `  --case ${attack}:${count}   ${JSON.stringify(what)}`);
  return `what the attackers did last:\n${lines.join("\n")}`;
}

function say(line: string): void {
  console.log(`${((performance.now() - began_ms) / 1_000).toFixed(0)} s  ${line}`);
}

function count(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  console.error(`--${name} must be a whole number, not ${value}.`);
  process.exit(2);
}
