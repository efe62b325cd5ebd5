import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DeskError, refuse } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import type { Files, KeptFile, NewFile, StoredFile } from "./files.js";

export interface FolderFilesOptions {
  readonly folder: string;
  /** Largest file. */
  readonly bytesMax: number;
}

const ID = /^f_[\w-]{22}$/;

/** Files in a folder: `<id>` with the content, and `<id>.json` beside it with what is known of it, which comes last and goes first. */
export class FolderFiles implements Files {
  readonly #folder: string;
  readonly #bytesMax: number;

  constructor({ folder, bytesMax }: FolderFilesOptions) {
    this.#folder = folder;
    this.#bytesMax = bytesMax;
  }

  /** Throws away what a process that ended in the middle of a `put` left. To be called before the first one. */
  async open(): Promise<void> {
    await rm(this.#incoming, { recursive: true, force: true });
    await mkdir(this.#incoming, { recursive: true });
  }

  async put(file: NewFile, content: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    const id = randomId("f");
    const arriving = join(this.#incoming, id);
    try {
      const bytes = await written(arriving, this.#limited(content));
      const stored: StoredFile = { ...file, id, bytes };
      await written(`${arriving}.json`, [Buffer.from(JSON.stringify(stored))]);
      await mkdir(this.#shelf(id), { recursive: true });
      await rename(arriving, this.#path(id));
      await rename(`${arriving}.json`, this.#meta(id));
      await synced(this.#shelf(id));
      await synced(this.#folder);
      return stored;
    } catch (error) {
      await Promise.all([arriving, `${arriving}.json`].map((path) => rm(path, { force: true })));
      throw asRefusal(error);
    }
  }

  async get(id: string): Promise<KeptFile | undefined> {
    if (!ID.test(id)) return undefined;
    const text = await readFile(this.#meta(id), "utf8").catch(absent);
    if (text === undefined) return undefined;
    return { file: JSON.parse(text) as StoredFile, content: () => createReadStream(this.#path(id)) };
  }

  async remove({ tenant, by }: Pick<NewFile, "tenant" | "by">, id: string): Promise<void> {
    const kept = await this.get(id);
    if (kept?.file.tenant !== tenant || kept.file.by !== by) return;
    await rm(this.#meta(id), { force: true });
    await rm(this.#path(id), { force: true });
  }

  get #incoming(): string {
    return join(this.#folder, "incoming");
  }

  /** A folder with every file in it would be slow to list. */
  #shelf(id: string): string {
    return join(this.#folder, id.slice(2, 4));
  }

  #path(id: string): string {
    return join(this.#shelf(id), id);
  }

  #meta(id: string): string {
    return `${this.#path(id)}.json`;
  }

  async *#limited(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    let bytes = 0;
    for await (const part of content) {
      bytes += part.byteLength;
      if (bytes > this.#bytesMax) refuse("too_large", `A file may have ${this.#bytesMax} bytes.`);
      yield part;
    }
  }
}

/** Writes and syncs a new file; answers its bytes. */
async function written(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
  const file = await open(path, "wx", 0o600);
  try {
    let bytes = 0;
    for await (const part of content) bytes += await appended(file, part);
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}

async function appended(file: FileHandle, part: Uint8Array): Promise<number> {
  await file.writeFile(part);
  return part.byteLength;
}

/** A name in a folder lasts once the folder is synced. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw asRefusal(error);
}

/** What the disk refuses is no fault of the caller's. */
function asRefusal(error: unknown): unknown {
  const isOfDisk = error instanceof Error && "syscall" in error;
  return isOfDisk ? new DeskError("unavailable", "The file storage does not answer or is full.") : error;
}
