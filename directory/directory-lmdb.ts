import type { Database, Key, RootDatabase } from "lmdb";
import { DeskError, refuse } from "../lib/errors.js";
import { closeSynced, openSynced, writeAside } from "../lib/synced-lmdb.js";
import type { Directory, Row, RowKind, RowValues } from "./directory.js";

/** Longer ones no key takes, and nothing has them. */
const NAME_CHARS_MAX = 256;

interface Kept {
  readonly version: number;
  readonly value: RowValues[RowKind];
}

/** The directory on this machine's disk. Each write is one transaction, synced before it counts. */
export class LmdbDirectory implements Directory {
  readonly #root: RootDatabase;
  /** [kind, tenant, id] */
  readonly #rows: Database<Kept, Key>;
  readonly #counters: Database<number, string>;
  #open = true;

  constructor({ path }: { path: string }) {
    this.#root = openSynced(path, 4);
    this.#rows = this.#root.openDB<Kept, Key>({ name: "rows" });
    this.#counters = this.#root.openDB<number, string>({ name: "counters" });
  }

  async get<K extends RowKind>(kind: K, tenant: string, id: string): Promise<Row<RowValues[K]> | undefined> {
    this.#mustBeOpen();
    const kept = isName(tenant) && isName(id) ? this.#rows.get([kind, tenant, id]) : undefined;
    return kept && rowOf<K>(id, kept);
  }

  async list<K extends RowKind>(kind: K, tenant: string): Promise<readonly Row<RowValues[K]>[]> {
    this.#mustBeOpen();
    if (!isName(tenant)) return [];
    // A buffer sorts behind every text.
    const range = this.#rows.getRange({ start: [kind, tenant], end: [kind, tenant, Buffer.from([0xff])] });
    return Array.from(range, ({ key, value }) => rowOf<K>((key as string[])[2] as string, value));
  }

  async put<K extends RowKind>(kind: K, tenant: string, id: string, value: RowValues[K], expect: number): Promise<number> {
    this.#mustBeOpen();
    if (!isName(tenant) || !isName(id)) return refuse("bad_request", `A name has at most ${NAME_CHARS_MAX} characters.`);
    const version = await this.#synced(() => this.#put([kind, tenant, id], value, expect));
    return version ?? refuse("conflict", `The ${kind} ${id} was changed by somebody else; read it again.`);
  }

  async remove(kind: RowKind, tenant: string, id: string, expect: number): Promise<void> {
    this.#mustBeOpen();
    const there = isName(tenant) && isName(id) && (await this.#synced(() => this.#remove([kind, tenant, id], expect)));
    if (!there) refuse("conflict", `The ${kind} ${id} was changed by somebody else; read it again.`);
  }

  async revision(): Promise<number> {
    this.#mustBeOpen();
    return this.#counters.get("revision") ?? 0;
  }

  /** Waits for writes under way. Calls after it reject with `unavailable`. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await closeSynced(this.#root);
  }

  #mustBeOpen(): void {
    if (!this.#open) refuse("unavailable", "The directory is closed.");
  }

  /** One transaction, on the disk when it resolves. */
  async #synced<T>(write: () => T): Promise<T> {
    try {
      return await writeAside(this.#root, write);
    } catch (error) {
      throw new DeskError("unavailable", `The directory cannot be written: ${error}`);
    }
  }

  #put(key: Key, value: RowValues[RowKind], expect: number): number | undefined {
    const version = this.#rows.get(key)?.version ?? 0;
    if (version !== expect) return undefined;
    this.#rows.putSync(key, { version: version + 1, value });
    this.#changed();
    return version + 1;
  }

  #remove(key: Key, expect: number): boolean {
    if (this.#rows.get(key)?.version !== expect) return false;
    this.#rows.removeSync(key);
    this.#changed();
    return true;
  }

  #changed(): void {
    this.#counters.putSync("revision", (this.#counters.get("revision") ?? 0) + 1);
  }
}

function isName(text: string): boolean {
  return text.length <= NAME_CHARS_MAX;
}

function rowOf<K extends RowKind>(id: string, { version, value }: Kept): Row<RowValues[K]> {
  return { id, version, value: value as RowValues[K] };
}
