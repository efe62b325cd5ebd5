import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { helpOn, tool } from "./command.js";
import { asyncapi } from "./papers/asyncapi.js";
import { openapi } from "./papers/openapi.js";
import { protocol } from "./papers/protocol.js";

const HELP = `
npm run gen:papers [-- --check]

Writes docs/asyncapi.json and docs/openapi.json, and what is generated of docs/PROTOCOL.md, from the schemas in proto/ and the examples in
proto/vectors/.

  --check   writes nothing; fails when a file is not what would be written, or when @asyncapi/parser, Spectral or Redocly find
            anything at all
  --help    this text
`;

helpOn(process.argv, HELP);
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const papers: Readonly<Record<string, string>> = {
  "docs/asyncapi.json": formatted("docs/asyncapi.json", asyncapi(version)),
  "docs/openapi.json": formatted("docs/openapi.json", openapi(version)),
  "docs/PROTOCOL.md": protocol(readFileSync("docs/PROTOCOL.md", "utf8")),
};
const check = process.argv.includes("--check");
for (const [file, text] of Object.entries(papers)) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (!check) writeFileSync(file, text);
  else fail(`${file} is not what proto/ says. Run: npm run gen:papers`);
}
if (check) for (const fault of await (await import("./papers/lint.js")).faults()) fail(fault);

/** As the rest of the repository is formatted. */
function formatted(file: string, value: object): string {
  const input = JSON.stringify(value, undefined, 2);
  return execFileSync(tool("biome"), ["format", `--stdin-file-path=${file}`], { input, encoding: "utf8" });
}

function fail(why: string): void {
  console.error(why);
  process.exitCode = 1;
}
