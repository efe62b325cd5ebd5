import { type ChildProcess, spawn } from "node:child_process";

/** What every script of this folder says to `--help`, and then ends. */
export function helpOn(args: readonly string[], text: string): void {
  if (!args.includes("--help") && !args.includes("-h")) return;
  console.log(text.trim());
  process.exit(0);
}

/** Runs a command with this terminal; resolves with its exit code, 1 when a signal ended it. */
export async function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: "inherit" });
  return codeOf(child);
}

/** As `run`, but answers what it printed, standard error included. */
export async function capture(command: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return { code: await codeOf(child), text };
}

export const node = (args: readonly string[]): Promise<number> => run(process.execPath, args);

/** The program of a package of ours, without npx and its lookups. */
export const tool = (name: string): string => `node_modules/.bin/${name}`;

/** `12.3 s`, measured from `since` (performance.now()). */
export function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function codeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
