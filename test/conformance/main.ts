import { writeFileSync } from "node:fs";
import { meant, playAll } from "./kit.js";
import { HELP, type Options, readOptions } from "./options.js";
import { lineOf, reportOf, summaryOf } from "./report.js";

const options = given();
const cases = meant(options);
if (options.help) console.log(HELP.trim());
else if (options.list) for (const { group, name } of cases) console.log(`${group}: ${name}`);
else await run();
// What a broken server left open ends with the run.
process.exit();

async function run(): Promise<void> {
  if (cases.length === 0) return complain(`No case has "${options.filter}" in its name.`, 2);
  const results = await playAll(cases, (result) => console.log(lineOf(result)));
  const report = reportOf(options.url, options.transport, results);
  if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\n${summaryOf(report)}`);
  process.exitCode = report.failed > 0 ? 1 : 0;
}

function given(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    complain((error as Error).message, 2);
    return process.exit();
  }
}

function complain(text: string, code: number): void {
  console.error(text);
  process.exitCode = code;
}
