import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../lib/clock.js";
import { loadConfig } from "../lib/config.js";
import { DataFolderError, DataLock } from "../lib/data-lock-fs.js";
import { ConfigError } from "../lib/environment.js";
import { DeskError } from "../lib/errors.js";
import { HELP, runCommand, UsageError } from "./commands.js";
import type { Directory } from "./directory.js";
import { DirectoryClient } from "./directory-grpc.js";
import { LmdbDirectory } from "./directory-lmdb.js";

const readFile = (path: string): string => readFileSync(path, "utf8");
const argv = process.argv.slice(2);

if (argv.length === 0 || argv.includes("--help")) process.stdout.write(HELP);
else await run();

async function run(): Promise<void> {
  try {
    const { data } = loadConfig(process.env, readFile);
    const text = await withDirectory(data, (directory) => runCommand({ directory, now: systemClock.now, readFile }, argv));
    if (text !== "") process.stdout.write(`${text}\n`);
  } catch (error) {
    if (!isForPeople(error)) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** The server's directory while one runs on the folder, else the folder's own. */
async function withDirectory(data: string, use: (directory: Directory) => Promise<string>): Promise<string> {
  const lock = new DataLock(data);
  try {
    await lock.start();
  } catch (error) {
    const socket = join(lock.folder, "admin.sock");
    if (!existsSync(socket)) throw error;
    return withServer(socket, use, error);
  }
  const directory = new LmdbDirectory({ path: join(lock.folder, "directory") });
  try {
    return await use(directory);
  } finally {
    await directory.close();
    await lock.stop();
  }
}

/** A server that was killed leaves its socket behind: who holds the folder then is no server, and `held` says who it is. */
async function withServer(socket: string, use: (directory: Directory) => Promise<string>, held: unknown): Promise<string> {
  const client = new DirectoryClient({ address: `unix:${socket}`, clock: systemClock });
  try {
    await client.revision().catch(() => Promise.reject(held));
    return await use(client);
  } finally {
    client.close();
  }
}

function isForPeople(error: unknown): boolean {
  const isSystem = error instanceof Error && "syscall" in error;
  return (
    error instanceof UsageError ||
    error instanceof ConfigError ||
    error instanceof DataFolderError ||
    error instanceof DeskError ||
    isSystem
  );
}
