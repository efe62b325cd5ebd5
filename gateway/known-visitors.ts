import type { Clock } from "../lib/clock.js";
import { refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { History } from "../persister/history.js";
import { ANONYMOUS } from "../proto/claims.js";
import type { Router } from "../router/router.js";
import type { VisitorRecord } from "../timeline/record.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Session } from "./session.js";

type Attributes = VisitorRecord["attributes"];

export interface KnownVisitorsPorts {
  readonly timeline: Pick<Timeline, "record">;
  readonly history: Pick<History, "visitor">;
  readonly router: Pick<Router, "identify">;
  readonly log: Logger;
  readonly clock: Clock;
  /** What may be told of a visitor, as JSON. */
  readonly attributesBytes: number;
}

/** Visitors that their site vouches for: what is known of them, and how one nobody knew becomes one of them. */
export class KnownVisitors {
  readonly #ports: KnownVisitorsPorts;

  constructor(ports: KnownVisitorsPorts) {
    this.#ports = ports;
  }

  /** Durable when it resolves. `attributes` replace those that were known. */
  async remember(session: Session, attributes?: Attributes): Promise<void> {
    await this.#record(session, await this.#known(session), attributes ? { attributes } : {});
  }

  /**
   * From here on the visitor nobody knew is this known one: its conversations and what its page told of it are. Repeated it changes nothing.
   * Rejects with `forbidden` when somebody knows it already, or no site vouches for who it is to be.
   */
  async identify(from: Session, to: Session): Promise<void> {
    if (from.tenant !== to.tenant || !isAnonymous(from)) return refuse("forbidden", "This token is somebody else's.");
    if (to.voucher === undefined || to.user.role !== "visitor")
      return refuse("forbidden", "Only a token of the site says who a visitor is.");
    const [before, known] = await Promise.all([this.#known(from), this.#known(to)]);
    await this.#record(to, known, this.#carried(before, known));
    await this.#ports.router.identify(from, to.user);
  }

  /** What is known already is not replaced, and nothing is carried that would not fit. */
  #carried(before: VisitorRecord | undefined, known: VisitorRecord | undefined): Partial<VisitorRecord> {
    const { url, title } = before ?? {};
    const attributes = { ...before?.attributes, ...known?.attributes };
    const fits = Buffer.byteLength(JSON.stringify(attributes)) <= this.#ports.attributesBytes;
    return { ...(fits && { attributes }), ...(url !== undefined && { url }), ...(title !== undefined && { title }) };
  }

  async #record({ tenant, user }: Session, known: VisitorRecord | undefined, more: Partial<VisitorRecord>): Promise<void> {
    const since = known?.since ?? this.#ports.clock.now();
    await this.#ports.timeline.record([{ t: "visitor", tenant, id: user.id, name: user.name, since, ...more }]);
  }

  async #known({ tenant, user }: Session): Promise<VisitorRecord | undefined> {
    return this.#ports.history.visitor(tenant, user.id).catch((err: unknown) => {
      this.#ports.log.warn({ visitor: user.id, err }, "what is known of a visitor is not carried on");
      return undefined;
    });
  }
}

function isAnonymous({ user, voucher }: Session): boolean {
  return user.role === "visitor" && voucher === undefined && ANONYMOUS.test(user.id);
}
