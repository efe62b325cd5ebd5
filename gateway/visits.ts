import type { Clock } from "../lib/clock.js";
import { refuse } from "../lib/errors.js";
import { withinBytes } from "../lib/fitting.js";
import { TokenBuckets } from "../lib/token-buckets.js";
import type { Fields } from "../proto/commands.js";
import { eventFrame } from "../proto/frames.js";
import type { Timeline } from "../timeline/timeline.js";
import { userKey } from "./budget.js";
import type { Client } from "./client.js";
import type { Waiting } from "./waiting.js";

export interface VisitsPorts {
  readonly timeline: Pick<Timeline, "record" | "signal">;
  readonly waiting: Pick<Waiting, "followed">;
  readonly attributesBytes: number;
  readonly clock: Clock;
}

/** A page is looked at for longer than this by whoever means it. */
const RATE = { per_s: 1, burst: 1 };

/** Where visitors are: kept with what is known of them, and told to agents who look on. */
export class Visits {
  readonly #ports: VisitsPorts;
  /** By socket; of those without one, by user. */
  readonly #rates: TokenBuckets;

  constructor(ports: VisitsPorts) {
    this.#ports = ports;
    this.#rates = new TokenBuckets(ports.clock, RATE);
  }

  /**
   * Resolves when it is durable. Takes the place of the page that was known; attributes that are not given stay. Rejects with `too_large`, and
   * with `rate_limited` above one per second and socket (or user, where there is none).
   */
  async take(client: Client, { url, title, attributes }: Fields<"visit">): Promise<void> {
    const { timeline, attributesBytes } = this.#ports;
    withinBytes("attributes", attributes ?? {}, attributesBytes);
    this.#hold(client);
    const { tenant, user } = client.session;
    const there = { url, title: title ?? "" };
    await timeline.record([{ t: "visitor", tenant, id: user.id, ...there, ...(attributes && { attributes }) }]);
    const open = client.outlet.open ? [...client.readers.keys()] : this.#ports.waiting.followed(client.session);
    for (const c of open) await this.#tell(client, c, { url, ...(title && { title }) });
  }

  #hold(client: Client): void {
    const wait_ms = this.#rates.take(client.outlet.open ? client.id : userKey(client.session));
    if (wait_ms > 0) refuse("rate_limited", undefined, wait_ms);
  }

  #tell({ id, session }: Client, c: string, page: { readonly url: string; readonly title?: string }): Promise<void> {
    const frame = eventFrame({ ev: "visit", c, user: session.user.id, ...page });
    return this.#ports.timeline.signal(c, { frame, audience: "agents", origin: id });
  }
}
