import type { Conversation } from "./conversation.js";
import type { AgentRow } from "./restore.js";
import type { Ruling } from "./ruling.js";

/**
 * Ledger: the router's own memory, one page per shard. An index over the timelines, which are the truth.
 *
 * Each commit is one atomic step and carries the token of the shard's owner: it is refused once a newer owner has committed or loaded.
 */
export interface Ledger {
  /** All that was committed for the shard. From then on commits with a lower token are refused. Rejects with {@link Superseded}. */
  load(shard: number, token: number): Promise<Page>;

  /** Rejects with {@link Superseded} under an old token, `unavailable` when nothing was written. Survives a crash of this process. */
  commit(shard: number, token: number, changes: Changes): Promise<void>;
}

export interface Page {
  /** In the order in which they came into their state. */
  readonly conversations: readonly { readonly tenant: string; readonly row: Conversation }[];
  readonly agents: readonly { readonly tenant: string; readonly row: AgentRow }[];
  /** Rulings that were not said yet, oldest first. */
  readonly outbox: readonly Ruling[];
}

/** Rows by id; without a row it is gone. */
export interface Changes {
  readonly conversations: readonly { readonly tenant: string; readonly c: string; readonly row?: Conversation }[];
  readonly agents: readonly { readonly tenant: string; readonly agent: string; readonly row?: AgentRow }[];
  readonly rulings: readonly Ruling[];
  /** Ids of rulings that were said. */
  readonly said: readonly string[];
}

/** Another router owns the shard now. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}
