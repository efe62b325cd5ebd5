import { accessSync, constants, mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { tryLock } from "fs-native-extensions";
import type { Service } from "./service.js";

/** The data folder cannot be used; the text says which folder, why, and what to do. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

/**
 * Holds the data folder for this process alone. The folder is made when it is missing.
 *
 * The lock is the operating system's, on the file `LOCK` inside: it ends with the process, however it ends, and is never left behind.
 * `start` rejects with a DataFolderError when another process holds it or when the folder cannot be written.
 */
export class DataLock implements Service {
  readonly name = "data-lock";
  readonly folder: string;
  #file: FileHandle | undefined;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  async start(): Promise<void> {
    if (this.#file) return;
    const file = await this.#open();
    if (tryLock(file.fd)) {
      this.#file = await this.#sign(file);
      return;
    }
    const holder = (await file.readFile("utf8")).trim();
    await file.close();
    throw new DataFolderError(
      `The data folder ${this.folder} is in use by process ${holder || "(unknown)"}. Stop that one, or give this one another folder by DESKWIRE_DATA.`,
    );
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #open(): Promise<FileHandle> {
    try {
      mkdirSync(this.folder, { recursive: true });
      accessSync(this.folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return await open(join(this.folder, "LOCK"), constants.O_RDWR | constants.O_CREAT);
    } catch (error) {
      throw this.#unwritable(error);
    }
  }

  /** Leaves the process id for the message to the next one. On a full disk this is the first write that fails. */
  async #sign(file: FileHandle): Promise<FileHandle> {
    try {
      const { bytesWritten } = await file.write(`${process.pid}\n`, 0);
      await file.truncate(bytesWritten);
      await file.datasync();
      return file;
    } catch (error) {
      await file.close();
      throw this.#unwritable(error);
    }
  }

  #unwritable(error: unknown): DataFolderError {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    return new DataFolderError(
      `The data folder ${this.folder} cannot be written (${why}). Make it writable, or give another one by DESKWIRE_DATA.`,
    );
  }
}
