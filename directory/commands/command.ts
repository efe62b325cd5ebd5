import { parseArgs } from "node:util";
import type { Directory, Row, RowKind, RowValues } from "../directory.js";

/** What a person got wrong; the text says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface CommandPorts {
  readonly directory: Directory;
  readonly now: () => number;
  readonly readFile: (path: string) => string;
}

const OPTIONS = {
  name: { type: "string" },
  origin: { type: "string", multiple: true },
  topic: { type: "string", multiple: true },
  language: { type: "string", multiple: true },
  role: { type: "string" },
  password: { type: "string" },
  "password-file": { type: "string" },
  skill: { type: "string", multiple: true },
  capacity: { type: "string" },
  "capacity-max": { type: "string" },
  algorithm: { type: "string" },
  "material-file": { type: "string" },
  "jwks-file": { type: "string" },
  "jwks-url": { type: "string" },
  issuer: { type: "string" },
  "hours-file": { type: "string" },
  "manual-pick": { type: "boolean" },
  "no-manual-pick": { type: "boolean" },
  until: { type: "string" },
  demo: { type: "boolean" },
} as const;

export type Options = ReturnType<typeof parse>["values"];

/** What a name on the command line may be. */
export const NAME = /^[\w.@-]{1,64}$/;

/** Runs a command on the names it was given; answers what to print. */
export type Run = (ports: CommandPorts, names: readonly string[], options: Options) => Promise<string>;

export interface Command {
  /** How many names it takes, from the first figure to the second. */
  readonly names: readonly [number, number];
  /** The last one is a user's id as its site gave it, which may be any text. */
  readonly user?: true;
  readonly run: Run;
}

export function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    return usage((error as Error).message);
  }
}

export function usage(text: string): never {
  throw new UsageError(`${text} See npx deskwire --help.`);
}

/** The row, for a command that needs it to be there. */
export async function existing<K extends RowKind>(
  { directory }: CommandPorts,
  kind: K,
  tenant: string,
  id: string,
): Promise<Row<RowValues[K]>> {
  return (await directory.get(kind, tenant, id)) ?? usage(`There is no ${kind === "account" ? "agent" : kind} "${id}".`);
}

/** What was issued until now to this user, or to the whole tenant (`*`), is worth nothing. */
export async function revoke({ directory, now }: CommandPorts, tenant: string, user: string): Promise<void> {
  const row = await directory.get("revocation", tenant, user);
  await directory.put("revocation", tenant, user, { not_before: now() }, row?.version ?? 0);
}
