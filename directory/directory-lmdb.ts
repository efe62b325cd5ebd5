import { type Database, type Key, open, type RootDatabase } from "lmdb";
import { DeskError, refuse } from "../lib/errors.js";
import type { Directory, Row, RowKind, RowValues } from "./directory.js";

interface Kept {
  readonly version: number;
  readonly value: RowValues[RowKind];
}

/** The directory on this machine's disk. Each `put` is one transaction, synced before it counts. */
export class LmdbDirectory implements Directory {
  readonly #root: RootDatabase;
  /** [kind, tenant, id] */
  readonly #rows: Database<Kept, Key>;
  readonly #counters: Database<number, string>;

  constructor({ path }: { path: string }) {
    this.#root = open({ path, maxDbs: 4 });
    this.#rows = this.#root.openDB<Kept, Key>({ name: "rows" });
    this.#counters = this.#root.openDB<number, string>({ name: "counters" });
  }

  async get<K extends RowKind>(kind: K, tenant: string, id: string): Promise<Row<RowValues[K]> | undefined> {
    const kept = this.#rows.get([kind, tenant, id]);
    return kept && rowOf<K>(id, kept);
  }

  async list<K extends RowKind>(kind: K, tenant: string): Promise<readonly Row<RowValues[K]>[]> {
    // A buffer sorts behind every text.
    const range = this.#rows.getRange({ start: [kind, tenant], end: [kind, tenant, Buffer.from([0xff])] });
    return Array.from(range, ({ key, value }) => rowOf<K>((key as string[])[2] as string, value));
  }

  async put<K extends RowKind>(kind: K, tenant: string, id: string, value: RowValues[K], expect: number): Promise<number> {
    const version = this.#root.transactionSync(() => this.#put([kind, tenant, id], value, expect));
    if (version === undefined) return refuse("conflict", `The ${kind} ${id} was changed by somebody else; read it again.`);
    try {
      await this.#root.flushed;
    } catch (error) {
      throw new DeskError("unavailable", `The directory cannot be written: ${error}`);
    }
    return version;
  }

  async revision(): Promise<number> {
    return this.#counters.get("revision") ?? 0;
  }

  close(): Promise<void> {
    return this.#root.close();
  }

  #put(key: Key, value: RowValues[RowKind], expect: number): number | undefined {
    const version = this.#rows.get(key)?.version ?? 0;
    if (version !== expect) return undefined;
    this.#rows.putSync(key, { version: version + 1, value });
    this.#counters.putSync("revision", (this.#counters.get("revision") ?? 0) + 1);
    return version + 1;
  }
}

function rowOf<K extends RowKind>(id: string, { version, value }: Kept): Row<RowValues[K]> {
  return { id, version, value: value as RowValues[K] };
}
