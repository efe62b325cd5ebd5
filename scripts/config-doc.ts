import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { SECTIONS } from "../lib/config.js";
import { shown } from "../lib/environment.js";
import type { Row, Table } from "../lib/setting.js";
import { helpOn } from "./command.js";

const HELP = `
npm run gen:config-doc [-- --check]

Writes docs/CONFIG.md from the table in lib/config.ts.

  --check   writes nothing; fails when the file is not what would be written
  --help    this text
`;

const FILE = "docs/CONFIG.md";

const HEAD = `# Settings

Written from \`lib/config.ts\` by \`npm run gen:config-doc\`; change it there.

Settings are environment variables. An unknown \`DESKWIRE_*\` variable or a bad value refuses to start and says which one it is and what to
give. An empty variable counts as absent. Bytes may be given with \`KiB\`, \`MiB\` or \`GiB\`, times with \`ms\`, \`s\`, \`min\`, \`h\` or \`d\`;
plain numbers are bytes and milliseconds. A rate such as \`300/min\` or \`50/10s\` is what may come at once after a rest, and again as the time
goes on. Every limit is of one gateway process: with several of them a client may reach as many times as much. A secret may also stand in a file: name the file by the variable with \`_FILE\` behind it.
`;

helpOn(process.argv, HELP);
const text = [HEAD, ...Object.entries(SECTIONS).map(([name, rows]) => sectionText(name, rows))].join("\n");
if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (!existsSync(FILE) || readFileSync(FILE, "utf8") !== text) {
  console.error(`${FILE} is not what lib/config.ts says. Run: npm run gen:config-doc`);
  process.exit(1);
}

function sectionText(name: string, rows: Table): string {
  const head = ["", `## ${name}`, "", "| variable | type | default | meaning |", "|---|---|---|---|"];
  return `${[...head, ...Object.values(rows).map(line)].join("\n")}\n`;
}

function line(row: Row<unknown>): string {
  const file = row.secret === true ? `<br>\`${row.env}_FILE\`` : "";
  return `| \`${row.env}\`${file} | ${typeText(row)} | ${defaultText(row)} | ${row.help} |`;
}

function typeText(row: Row<unknown>): string {
  const type = row.type.name === "choice" ? row.type.expects : row.type.name;
  return row.unit === undefined || row.unit === row.type.name ? type : `${type}, ${row.unit}`;
}

function defaultText(row: Row<unknown>): string {
  const value = shown(row, row.default);
  return value === "" || row.secret === true ? "–" : `\`${value}\``;
}
