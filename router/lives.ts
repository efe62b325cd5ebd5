import type { Clock } from "../lib/clock.js";
import { pause } from "../lib/clock.js";
import { DeskError, refuse } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import type { History } from "../persister/history.js";
import type { Authority } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Standing } from "./conversation.js";
import { assertedDraft, barrierBody, SYSTEM } from "./ruling.js";

export interface LivesPorts {
  readonly timeline: Pick<Timeline, "begin" | "route" | "life" | "journalEnd">;
  readonly history: Pick<History, "before" | "conversation" | "page">;
  readonly clock: Clock;
}

/** How often a step is tried again that waits for the journal or the persister, and how long in all. */
const AGAIN_MS = 50;
const PATIENCE_MS = 4_500;

/**
 * Gives a cold conversation a life under the current storage epoch.
 *
 * Entry 1 is a barrier without authority. Once it is in the store, nothing can come before it any more, and the last routing entry there is
 * what was decided: entry 2 asserts it, or what the router itself knows when that is newer.
 */
export class Lives {
  readonly #ports: LivesPorts;

  constructor(ports: LivesPorts) {
    this.#ports = ports;
  }

  /**
   * What stands in the life that is there when this resolves. `own` is asked when the past is known: the authority the router itself holds.
   * Rejects with `not_found` for a conversation that was never stored, `pending` while history is behind.
   */
  async revive(tenant: string, c: string, own: () => Authority | undefined): Promise<Standing> {
    const standing = await this.#standing(tenant, c);
    if (standing) return standing;
    if (!own()) await this.#isStored(tenant, c);
    const epoch = await this.#barrier(tenant, c, own()?.state ?? "queued");
    const past = await this.#patiently(() => this.#ports.history.before(tenant, c, epoch));
    return this.#assert(tenant, c, past, own);
  }

  async #standing(tenant: string, c: string): Promise<Standing | undefined> {
    const life = await this.#ports.timeline.life(c);
    if (life.at === "cold") return undefined;
    if (life.tenant !== tenant) return refuse("not_found");
    return life.authority && { authority: life.authority, pos: life.head };
  }

  /** A barrier must not be what makes a conversation exist. */
  async #isStored(tenant: string, c: string): Promise<void> {
    if (await this.#ports.history.conversation(tenant, c)) return;
    const upto = await this.#ports.timeline.journalEnd(c);
    const { rows, incomplete } = await this.#ports.history.page({ tenant, c, limit: 1, upto });
    if (rows.length === 0 && incomplete.length === 0) return refuse("not_found");
    if (incomplete.length > 0) return refuse("pending", "History is behind; try again.", 500);
  }

  /** Resolves with the life's epoch when its entry 1 is durable. */
  async #barrier(tenant: string, c: string, state: Authority["state"]): Promise<number> {
    const body = barrierBody(state);
    const mid = randomId("barrier");
    const begun = await this.#ports.timeline.begin({ begins: "barrier", tenant, c, from: SYSTEM, mid, kind: "routing", body });
    if (begun.at === "alive") return begun.head[0];
    await begun.receipt.durable;
    return begun.receipt.place.pos[0];
  }

  async #assert(tenant: string, c: string, past: Authority | undefined, own: () => Authority | undefined): Promise<Standing> {
    const ours = own();
    const newest = ours && ours.version > (past?.version ?? 0) ? ours : past;
    if (!newest) return refuse("not_found");
    const authority = { ...newest, version: (past?.version ?? 0) + 1 };
    const routed = await this.#ports.timeline.route(assertedDraft({ tenant, c, mid: randomId("asserted") }, authority));
    if (routed.at === "routed") return { authority, pos: routed.receipt.place.pos };
    return (await this.#standing(tenant, c)) ?? refuse("unavailable", "The conversation's life ended while it began; try again.", AGAIN_MS);
  }

  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    const end = this.#ports.clock.monotonic() + PATIENCE_MS;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof DeskError && error.retry) || this.#ports.clock.monotonic() >= end) throw error;
      }
      await pause(this.#ports.clock, AGAIN_MS);
    }
  }
}
