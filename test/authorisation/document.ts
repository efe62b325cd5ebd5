import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One row of a table: what is done, and what each column says of it. */
export interface Row {
  readonly what: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly column: string;
  /** `ok`, the code of an error, or a word that is no code. */
  readonly says: string;
}

export interface Table {
  /** The heading above it. */
  readonly heading: string;
  /** What its rows are: commands, calls. */
  readonly of: string;
  readonly rows: readonly Row[];
}

const PAGE = fileURLToPath(new URL("../../docs/AUTHORISATION.md", import.meta.url));

/** The tables of the page, in its order. */
export function readTables(text = readFileSync(PAGE, "utf8")): readonly Table[] {
  let heading = "";
  const tables: Table[] = [];
  let lines: string[] = [];
  for (const line of [...text.split("\n"), ""]) {
    if (line.startsWith("#")) heading = line.replace(/^#+ /, "");
    if (line.startsWith("|")) lines.push(line);
    else if (lines.length > 0) {
      tables.push(tableOf(heading, lines));
      lines = [];
    }
  }
  return tables;
}

function tableOf(heading: string, [head = "", , ...body]: readonly string[]): Table {
  const [of = "", ...columns] = partsOf(head);
  const rows = body.map((line) => {
    const [what = "", ...says] = partsOf(line);
    if (says.length !== columns.length) throw new Error(`"${line}" has not as many cells as its table has columns`);
    return { what, cells: columns.map((column, i) => ({ column, says: says[i] as string })) };
  });
  return { heading, of, rows };
}

function partsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf("|"))
    .split("|")
    .map((part) => part.trim().replaceAll("`", ""));
}
