import type { Row, Table, Values } from "./setting.js";

export type Env = Readonly<Record<string, string | undefined>>;

/** All that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

export function load<R extends Table>(table: R, env: Env, readFile: (path: string) => string): Values<R> {
  const faults = unknownVariables(table, env);
  const values = Object.entries(table).map(([key, row]) => {
    const value = settingOf(row, env, readFile);
    if (value instanceof Fault) faults.push(value.line);
    return [key, value];
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(Object.fromEntries(values));
}

export function describe<R extends Table>(table: R, values: Values<R>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(table).map(([key, row]) => [row.env, shown(row, values[key])]));
}

/** A default as people read it. */
export function shown<T>(row: Row<T>, value: T): string {
  const text = row.type.format(value);
  if (row.secret === true) return text === "" ? "(not set)" : "(set)";
  return text;
}

class Fault {
  readonly line: string;
  constructor(line: string) {
    this.line = line;
  }
}

function settingOf<T>(row: Row<T>, env: Env, readFile: (path: string) => string): T | Fault {
  const text = given(env, row.env);
  const file = row.secret === true ? given(env, `${row.env}_FILE`) : undefined;
  if (text !== undefined && file !== undefined) return new Fault(`${row.env} and ${row.env}_FILE are both set. Keep one of them.`);
  if (file !== undefined) return fromFile(row, file, readFile);
  return text === undefined ? row.default : parsed(row, row.env, text);
}

function fromFile<T>(row: Row<T>, file: string, readFile: (path: string) => string): T | Fault {
  const name = `${row.env}_FILE`;
  try {
    const text = readFile(file).replace(/\r?\n$/, "");
    return text === "" ? new Fault(`${name}: ${file} is empty. Write the secret into it, or unset the variable.`) : parsed(row, name, text);
  } catch (error) {
    return new Fault(
      `${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? error}). Give the path of a readable file.`,
    );
  }
}

function parsed<T>(row: Row<T>, name: string, text: string): T | Fault {
  const value = row.type.parse(row.secret === true ? text : text.trim());
  if (value !== undefined) return value;
  const what = row.secret === true ? "has a bad value" : `is ${JSON.stringify(text)}`;
  return new Fault(`${name} ${what}. Give ${row.type.expects}.`);
}

function unknownVariables(table: Table, env: Env): string[] {
  const rows = Object.values(table);
  const known = new Set(rows.flatMap((row) => (row.secret === true ? [row.env, `${row.env}_FILE`] : [row.env])));
  const names = Object.keys(env).filter((name) => name.startsWith("DESKWIRE_") && env[name] !== undefined && !known.has(name));
  return names.sort().map((name) => `${name} is not a setting. Unset it, or look up its name in docs/CONFIG.md.`);
}

function given(env: Env, name: string): string | undefined {
  const text = env[name];
  return text?.trim() === "" ? undefined : text;
}
