import type { Clock } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import { TokenBuckets } from "../lib/token-buckets.js";
import type { OpName } from "../proto/commands.js";
import { userKey } from "./budget.js";
import type { Budgets } from "./budgets.js";
import type { Session } from "./session.js";

/** Commands that say something: each leaves an entry for good. */
export const SAYING: ReadonlySet<string> = new Set<OpName>(["send", "rate", "tag"]);

/** What a user may send in all, and a tenant. Over HTTP a user sends as fast as over one socket, no matter by how many calls. */
export class SendRates {
  readonly #http: TokenBuckets;
  readonly #budgets: Pick<Budgets, "sendsOfUser" | "sendsOfTenant">;

  constructor(
    clock: Clock,
    limit: { readonly per_s: number; readonly burst: number },
    budgets: Pick<Budgets, "sendsOfUser" | "sendsOfTenant">,
  ) {
    this.#http = new TokenBuckets(clock, limit);
    this.#budgets = budgets;
  }

  /** One send over HTTP. Throws `rate_limited`, with when to go on. */
  take(session: Session): void {
    const key = userKey(session);
    const wait_ms = this.#http.take(key);
    if (wait_ms > 0) throw new DeskError("rate_limited", undefined, wait_ms);
    this.counted(key, session.tenant);
  }

  /** One send of this {@link userKey}, wherever it came in. Throws as {@link take} does; what the user has none left for costs the tenant nothing. */
  counted(user: string, tenant: string): void {
    this.#budgets.sendsOfUser.take(user);
    this.#budgets.sendsOfTenant.take(tenant);
  }
}
