import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { TABLE } from "../../lib/config.js";
import { drainRun } from "./drain-run.js";
import { faultsOf, figuresOf } from "./drain-verdict.js";

const HELP = `
npm run drill:drain [-- options]

Tells the embedded server to stop (SIGTERM) while clients of the SDK talk, starts it again at the same address as soon as it has ended, and
shows how everybody left and came back. Fails when a client was not told its slot, when they left in a burst, when a send under way was not
answered, when the process did not end with 0 in time, and when the checker finds a message lost or shown twice.

  --clients <n>   sockets: visitors with two tabs each, and two agents (500)
  --seconds <n>   talk before SIGTERM, and again after the restart (10)
  --help          this text
`;

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "500" },
    seconds: { type: "string", default: "10" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(HELP.trim());
  process.exit(0);
}

const terms = { per_s: TABLE.drainPerS.default, deadline_ms: TABLE.drainMs.default };
const began_ms = performance.now();
const data = mkdtempSync(join(tmpdir(), "deskwire-drain-"));
try {
  const clients = count("clients", 10);
  const report = await drainRun({ data, clients, talk_ms: count("seconds", 1) * 1_000, per_s: terms.per_s, say });
  console.log(figuresOf(report, terms));
  const faults = faultsOf(report, terms);
  console.log(faults.length === 0 ? "everything held: 0 lost, 0 twice" : `FAILED\n${faults.join("\n")}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  rmSync(data, { recursive: true, force: true });
}

function say(line: string): void {
  console.log(`${((performance.now() - began_ms) / 1_000).toFixed(1)} s  ${line}`);
}

function count(name: "clients" | "seconds", least: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  console.error(`--${name} must be a whole number from ${least}, not ${values[name]}.`);
  process.exit(2);
}
