import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describe } from "../checker/finding.js";
import { write } from "../checker/history.js";
import { type KillReport, killRun } from "./kill-run.js";

const HELP = `
npm run test:fault [-- options]

Kills the embedded server with kill -9 while people talk, starts it on the same data, and lets a checker read what every client saw. The
clients are the SDK: they resume and send again by themselves. Exits with 1 on any finding, and when no duplicate or no resume was hit.

  --conversations <n>   at the same time (20)
  --sends <n>           per conversation, half of them by each side (200)
  --rounds <n>          kills (5)
  --in-flight <n>       least sends on their way at each kill (20)
  --help                this text

On findings the history is kept, as JSON lines, and its path is printed.
`;

const whole = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    conversations: { ...whole, default: "20" },
    sends: { ...whole, default: "200" },
    rounds: { ...whole, default: "5" },
    "in-flight": { ...whole, default: "20" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(HELP.trim());
  process.exit(0);
}

const began_ms = performance.now();
const data = mkdtempSync(join(tmpdir(), "deskwire-fault-"));
try {
  const report = await killRun({
    data,
    conversations: count("conversations"),
    sends: count("sends"),
    rounds: count("rounds"),
    inFlight: count("in-flight"),
    say: (line) => console.log(`${((performance.now() - began_ms) / 1_000).toFixed(1)} s  ${line}`),
  });
  process.exitCode = verdict(report);
} finally {
  rmSync(data, { recursive: true, force: true });
}

function count(name: "conversations" | "sends" | "rounds" | "in-flight"): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number from 1, not ${values[name]}.`);
  process.exit(2);
}

function verdict({ rounds, server, history, findings }: KillReport): number {
  const dup = rounds.reduce((sum, round) => sum + round.dup, 0);
  const resumed = rounds.reduce((sum, round) => sum + round.resumed, 0);
  console.log(`server: ${server.deduped} mids deduplicated, ${server.resumed} conversations resumed`);
  console.log(`clients: ${dup} replies were duplicates, ${resumed} conversations resumed`);
  console.log(`checker: ${history.length} lines, ${findings.length} findings`);
  if (findings.length > 0) console.log(`${describe(findings)}\nhistory: ${keep(write(history))}`);
  const hit = server.deduped > 0 && server.resumed > 0 && dup > 0 && resumed > 0;
  if (!hit) console.log("neither duplicates nor resumes may be missing: this run did not put them to the test");
  return findings.length === 0 && hit ? 0 : 1;
}

function keep(history: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "deskwire-history-")), "history.jsonl");
  writeFileSync(path, history);
  return path;
}
