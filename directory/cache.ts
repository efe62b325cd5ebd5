import type { Clock, Timer } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { Service } from "../lib/service.js";
import type { Directory, Row, RowKind, RowValues } from "./directory.js";

/** A change is seen after this long at most, with room to the 5 s that are promised. */
const LOOK_MS = 1_000;
/** Rows kept; beyond it the cache starts over. */
const ROWS_MAX = 50_000;

interface Kept {
  /** Of the directory, when it was read. */
  readonly revision: number;
  readonly row: Promise<unknown>;
}

/**
 * The directory as gateways and routers read it: from memory, and never older than 5 s while the directory answers.
 *
 * While it does not, what was last read goes on being served, also what was to be read again; what never was is `unavailable`.
 */
export class DirectoryCache implements Service {
  readonly name = "directory-cache";
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #rows = new Map<string, Kept>();
  readonly #changed: (() => void)[] = [];
  #revision = -1;
  #timer: Timer | undefined;
  #looking = false;
  #answers = true;

  constructor({ directory, clock, log }: { directory: Directory; clock: Clock; log: Logger }) {
    this.#directory = directory;
    this.#clock = clock;
    this.#log = log;
  }

  async start(): Promise<void> {
    this.#revision = await this.#directory.revision();
    this.#timer ??= this.#clock.every(LOOK_MS, () => void this.look());
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Called after every change that was seen. */
  onChange(listener: () => void): void {
    this.#changed.push(listener);
  }

  async get<K extends RowKind>(kind: K, tenant: string, id: string): Promise<RowValues[K] | undefined> {
    const row = await this.#kept(JSON.stringify([kind, tenant, id]), () => this.#directory.get(kind, tenant, id));
    return (row as Row<RowValues[K]> | undefined)?.value;
  }

  async list<K extends RowKind>(kind: K, tenant: string): Promise<readonly Row<RowValues[K]>[]> {
    return (await this.#kept(JSON.stringify([kind, tenant]), () => this.#directory.list(kind, tenant))) as readonly Row<RowValues[K]>[];
  }

  /** Tokens of this user issued before `not_before` are worth nothing from now on. Rejects as {@link Directory.put} does. */
  revoke(tenant: string, user: string, not_before: number): Promise<void> {
    return this.set("revocation", tenant, user, { not_before });
  }

  /** Writes the row over what is there, whoever else writes it at the same time; seen here when it resolves. Rejects with `unavailable`. */
  async set<K extends RowKind>(kind: K, tenant: string, id: string, value: RowValues[K]): Promise<void> {
    while (!(await this.#put(kind, tenant, id, value)));
    await this.look();
  }

  /** Reads again what is asked for, when the directory changed. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const revision = await this.#directory.revision();
      this.#answers = true;
      if (revision === this.#revision) return;
      this.#revision = revision;
      for (const listener of this.#changed) listener();
    } catch (err) {
      this.#answers = false;
      this.#log.warn({ err }, "the directory does not answer; what was read before is served");
    } finally {
      this.#looking = false;
    }
  }

  /** False when somebody else was first. */
  async #put<K extends RowKind>(kind: K, tenant: string, id: string, value: RowValues[K]): Promise<boolean> {
    const row = await this.#directory.get(kind, tenant, id);
    try {
      await this.#directory.put(kind, tenant, id, value, row?.version ?? 0);
      return true;
    } catch (error) {
      if (error instanceof DeskError && error.code === "conflict") return false;
      throw error;
    }
  }

  #kept(key: string, read: () => Promise<unknown>): Promise<unknown> {
    const there = this.#rows.get(key);
    if (there && (there.revision === this.#revision || !this.#answers)) return there.row;
    if (this.#rows.size >= ROWS_MAX) this.#rows.clear();
    const kept: Kept = { revision: this.#revision, row: read().catch((error: unknown) => this.#instead(key, kept, there, error)) };
    this.#rows.set(key, kept);
    return kept.row;
  }

  /** What was read before, for what cannot be read again. */
  #instead(key: string, failed: Kept, there: Kept | undefined, error: unknown): Promise<unknown> {
    if (this.#rows.get(key) === failed) this.#rows.delete(key);
    if (!there) throw error;
    this.#rows.set(key, there);
    return there.row;
  }
}
