import type { Database, Key, RootDatabase } from "lmdb";
import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import { closeSynced, openSynced, writeAside } from "../lib/synced-lmdb.js";
import type { Conversation } from "./conversation.js";
import { type Changes, type Ledger, type Page, Superseded } from "./ledger.js";
import type { AgentRow } from "./restore.js";
import type { Ruling } from "./ruling.js";

/** The ledger on this machine's disk: each commit is one transaction, synced before it counts. */
export class LmdbLedger implements Ledger {
  readonly #root: RootDatabase;
  readonly #tokens: Database<number, number>;
  /** [shard, tenant, id] */
  readonly #conversations: Database<Conversation, Key>;
  readonly #agents: Database<AgentRow, Key>;
  /** [shard, number]: rulings in the order they were made. */
  readonly #outbox: Database<Ruling, Key>;
  /** Ruling id -> its key. */
  readonly #places = new Map<string, Key>();
  readonly #log: Logger;
  #last = 0;

  constructor({ path, log }: { readonly path: string; readonly log: Logger }) {
    this.#log = log;
    this.#root = openSynced(path, 4);
    this.#tokens = this.#root.openDB({ name: "tokens" });
    this.#conversations = this.#root.openDB({ name: "conversations" });
    this.#agents = this.#root.openDB({ name: "agents" });
    this.#outbox = this.#root.openDB({ name: "outbox" });
  }

  async load(shard: number, token: number): Promise<Page> {
    await this.#write(() => this.#claim(shard, token));
    const conversations = [...this.#conversations.getRange(pageOf(shard))].map(({ key, value }) => ({ tenant: tenantOf(key), row: value }));
    const agents = [...this.#agents.getRange(pageOf(shard))].map(({ key, value }) => ({ tenant: tenantOf(key), row: value }));
    const outbox = [...this.#outbox.getRange(pageOf(shard))].map(({ key, value }) => this.#placed(key, value));
    conversations.sort((a, b) => a.row.since - b.row.since);
    return { conversations, agents, outbox };
  }

  commit(shard: number, token: number, changes: Changes): Promise<void> {
    return this.#write(() => {
      this.#claim(shard, token);
      for (const { tenant, c, row } of changes.conversations) set(this.#conversations, [shard, tenant, c], row);
      for (const { tenant, agent, row } of changes.agents) set(this.#agents, [shard, tenant, agent], row);
      for (const ruling of changes.rulings) this.#outbox.putSync(this.#place(shard, ruling.id), ruling);
      for (const id of changes.said) this.#forget(id);
    });
  }

  close(): Promise<void> {
    return closeSynced(this.#root);
  }

  async #write(change: () => void): Promise<void> {
    try {
      await writeAside(this.#root, change);
    } catch (error) {
      if (error instanceof Superseded) throw error;
      this.#log.error({ err: error }, "the ledger cannot be written");
      throw new DeskError("unavailable", "The ledger cannot be written; try again.");
    }
  }

  #claim(shard: number, token: number): void {
    const newest = this.#tokens.get(shard) ?? 0;
    if (token < newest) throw new Superseded(`shard ${shard}: token ${token} is behind ${newest}`);
    if (token > newest) this.#tokens.putSync(shard, token);
  }

  #place(shard: number, id: string): Key {
    this.#last += 1;
    const key: Key = [shard, this.#last];
    this.#places.set(id, key);
    return key;
  }

  #placed(key: Key, ruling: Ruling): Ruling {
    this.#last = Math.max(this.#last, (key as number[])[1] as number);
    this.#places.set(ruling.id, key);
    return ruling;
  }

  #forget(id: string): void {
    const key = this.#places.get(id);
    if (key === undefined) return;
    this.#places.delete(id);
    this.#outbox.removeSync(key);
  }
}

function set<V>(rows: Database<V, Key>, key: Key, row: V | undefined): void {
  if (row === undefined) rows.removeSync(key);
  else rows.putSync(key, row);
}

function pageOf(shard: number): { start: Key; end: Key } {
  return { start: [shard], end: [shard + 1] };
}

function tenantOf(key: Key): string {
  return (key as [number, string])[1];
}
