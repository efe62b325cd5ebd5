import { turn } from "../lib/turn.js";
import { compare } from "../proto/position.js";
import type { Broker, EntryRef } from "./broker.js";

export type Settlement = "settled" | "unknown" | "fenced";

interface Waiting {
  readonly ref: EntryRef;
  readonly resolve: (answer: Settlement) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the settles of one turn of the event loop into one broker call per storage epoch. A broker that cannot be asked rejects every
 * settle of that call.
 */
export class SettleBatch {
  readonly #broker: Broker;
  readonly #gathered = new Map<number, Waiting[]>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  settle(E: number, entry: EntryRef): Promise<Settlement> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { ref: { c: entry.c, pos: entry.pos }, resolve, reject };
      const batch = this.#gathered.get(E);
      if (batch) {
        batch.push(waiting);
        return;
      }
      this.#gathered.set(E, [waiting]);
      void this.#flush(E);
    });
  }

  async #flush(E: number): Promise<void> {
    await turn();
    const batch = this.#gathered.get(E) ?? [];
    this.#gathered.delete(E);
    try {
      const answer = await this.#broker.settle(
        E,
        batch.map((waiting) => waiting.ref),
      );
      for (const waiting of batch) waiting.resolve(answer.at === "fenced" ? "fenced" : settlementOf(waiting.ref, answer.unknown));
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }
}

function settlementOf(ref: EntryRef, unknown: readonly EntryRef[]): Settlement {
  return unknown.some((each) => each.c === ref.c && compare(each.pos, ref.pos) === 0) ? "unknown" : "settled";
}
