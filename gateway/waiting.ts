import type { Clock } from "../lib/clock.js";
import { type DeskError, refuse } from "../lib/errors.js";
import type { Position } from "../proto/position.js";
import { userKey } from "./budget.js";
import type { Hub } from "./hub.js";
import type { Session } from "./session.js";
import { TokenError } from "./tokens.js";
import { Vigil, Wait } from "./vigil.js";

export interface WaitingLimits {
  readonly waitsPerUser: number;
  readonly waitsPerNode: number;
  readonly waitLingerMs: number;
}

export interface WaitingPorts {
  readonly hub: Pick<Hub, "sit" | "attach" | "leave">;
  readonly limits: WaitingLimits;
  readonly clock: Clock;
}

export interface WaitAsked {
  readonly session: Session;
  readonly c: string;
  readonly after: Position;
  readonly wait_ms: number;
  readonly aborted?: AbortSignal | undefined;
}

const CROWDED_MS = 1_000;
const FULL_MS = 5_000;

/**
 * Requests that wait for the next entry of a conversation: how somebody receives without a socket.
 *
 * A wait costs storage nothing: it joins the node's live conversation as a socket does, and the entry itself ends it. Its user counts as
 * here, and for a while after, so that one who asks again at once is not seen leaving.
 */
export class Waiting {
  readonly #ports: WaitingPorts;
  /** By user, then by conversation. */
  readonly #vigils = new Map<string, Map<string, Vigil>>();
  readonly #waits = new Map<Wait, string>();
  readonly #ofUser = new Map<string, number>();
  #over = false;

  constructor(ports: WaitingPorts) {
    this.#ports = ports;
  }

  /** How many wait. */
  get size(): number {
    return this.#waits.size;
  }

  /**
   * Resolves when the conversation stands elsewhere than at `after`, `wait_ms` is over, the caller is gone, or the node drains. The caller has to know
   * that its user may read. A closed conversation has nothing to say: its wait runs to the end. Rejects with `unauthenticated` when the
   * session ends first, `too_many_in_flight` and `busy` when too many wait.
   */
  async newer({ session, c, after, wait_ms, aborted }: WaitAsked): Promise<void> {
    const wait = this.#begin(session, after);
    const vigil = this.#vigil(session, c);
    const left_ms = session.expires_at - this.#ports.clock.now();
    const timer = this.#ports.clock.after(Math.min(wait_ms, left_ms), () => wait.end(left_ms <= wait_ms ? expired() : undefined));
    const gone = (): void => wait.end();
    aborted?.addEventListener("abort", gone);
    vigil.add(wait);
    try {
      if (aborted?.aborted) return;
      await Promise.race([this.#watch(vigil, wait), wait.ended]);
    } finally {
      timer.cancel();
      aborted?.removeEventListener("abort", gone);
      this.#end(vigil, wait);
    }
  }

  /** The conversations that this user follows here without a socket. */
  followed(session: Session): string[] {
    return [...(this.#vigils.get(userKey(session))?.keys() ?? [])];
  }

  /** Ends the waits of sessions that are not good any more. A session that cannot be judged waits on; rejects then, when all others are. */
  async judge(fault: (session: Session) => Promise<DeskError | undefined>): Promise<void> {
    const judged = [...this.#waits.keys()].map(async (wait) => {
      const error = await fault(wait.session);
      if (error) wait.end(error);
    });
    const failed = (await Promise.allSettled(judged)).find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** Nobody waits any more. */
  drain(): void {
    this.#over = true;
    for (const wait of this.#waits.keys()) wait.end();
    for (const own of [...this.#vigils.values()]) for (const vigil of [...own.values()]) this.#leave(vigil);
  }

  async #watch(vigil: Vigil, wait: Wait): Promise<void> {
    const life = await this.#ports.hub.attach(vigil, { after: wait.after, limit: 1 });
    if (life) wait.look(life.head);
    await wait.ended;
  }

  #begin(session: Session, after: Position): Wait {
    const { waitsPerUser, waitsPerNode } = this.#ports.limits;
    const user = userKey(session);
    const own = this.#ofUser.get(user) ?? 0;
    if (this.#over) return refuse("unavailable", "This server is being stopped.", CROWDED_MS);
    if (session.expires_at <= this.#ports.clock.now()) throw expired();
    if (own >= waitsPerUser) return refuse("too_many_in_flight", `${waitsPerUser} requests of yours are waiting.`, CROWDED_MS);
    if (this.size >= waitsPerNode) return refuse("busy", "Too many wait here.", FULL_MS);
    const wait = new Wait(session, after);
    this.#waits.set(wait, user);
    this.#ofUser.set(user, own + 1);
    return wait;
  }

  #end(vigil: Vigil, wait: Wait): void {
    const user = this.#waits.get(wait) ?? "";
    const others = (this.#ofUser.get(user) ?? 1) - 1;
    this.#waits.delete(wait);
    if (others > 0) this.#ofUser.set(user, others);
    else this.#ofUser.delete(user);
    if (vigil.drop(wait) > 0) return;
    const { clock, limits } = this.#ports;
    if (this.#over || this.#vigils.size > limits.waitsPerNode) return this.#leave(vigil);
    vigil.linger(clock.after(limits.waitLingerMs, () => this.#leave(vigil)));
  }

  #vigil(session: Session, c: string): Vigil {
    const key = userKey(session);
    const { tenant, user } = session;
    const own = this.#vigils.get(key) ?? new Map<string, Vigil>();
    const there = own.get(c);
    if (there && !there.over) return there;
    const vigil = this.#ports.hub.sit(tenant, c, (conversation) => new Vigil(key, conversation, user));
    this.#vigils.set(key, own.set(c, vigil));
    return vigil;
  }

  #leave(vigil: Vigil): void {
    const own = this.#vigils.get(vigil.owner);
    if (own?.get(vigil.conversation.c) === vigil) own.delete(vigil.conversation.c);
    if (own?.size === 0) this.#vigils.delete(vigil.owner);
    this.#ports.hub.leave(vigil);
  }
}

function expired(): DeskError {
  return new TokenError("token_expired", "This token has run out.");
}
