/**
 * Files: what people attach to conversations.
 *
 * Durable when `put` resolves; the content of an id never changes. An id cannot be guessed: whoever was told it may read the file.
 * Every call rejects with `unavailable` when the storage does not answer or is full.
 */
export interface Files {
  /**
   * Takes a file in, piece by piece, never whole in memory. Rejects with `too_large` beyond the limit and with whatever `content` throws; nothing
   * of it is kept then.
   */
  put(file: NewFile, content: AsyncIterable<Uint8Array>): Promise<StoredFile>;

  /** Undefined for an id that was never given, and for a file that was removed. */
  get(id: string): Promise<KeptFile | undefined>;

  /** What this user gave to this tenant; anybody else's stays. Idempotent: what is not there is removed. */
  remove(of: Pick<NewFile, "tenant" | "by">, id: string): Promise<void>;
}

export interface NewFile {
  readonly tenant: string;
  readonly c: string;
  /** User id of whoever gave it. */
  readonly by: string;
  readonly name: string;
  readonly mime: string;
}

export interface StoredFile extends NewFile {
  readonly id: string;
  readonly bytes: number;
}

export interface KeptFile {
  readonly file: StoredFile;
  /** Read from the storage as fast as it is consumed; to be called at most once. */
  readonly content: () => AsyncIterable<Uint8Array>;
}
