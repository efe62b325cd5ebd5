import type { Config } from "../lib/config.js";
import { DeskError } from "../lib/errors.js";
import type { Counts, Metrics } from "../lib/metrics.js";
import { refusals, userKey } from "./budget.js";
import type { Session } from "./session.js";

export type GuestLimits = Pick<Config, "socketsPerTenant" | "socketsPerUser">;

/** When somebody of the tenant leaves, nobody knows. */
const FULL_RETRY_MS = 5_000;

/** Whoever holds a socket that said hello. */
export interface Guest {
  readonly session: Session;
}

/**
 * Who is here, by tenant and by user. A full tenant takes nobody more until somebody leaves. A user's newest socket is the one somebody looks
 * at; beyond the user's number the oldest, often one whose network went away without a word, makes room for it.
 */
export class Guests<G extends Guest> {
  readonly #limits: GuestLimits;
  readonly #refused: (limit: string) => Counts;
  /** As what each came: a visitor may be somebody else later. */
  readonly #as = new Map<G, { readonly tenant: string; readonly user: string }>();
  readonly #byTenant = new Map<string, number>();
  readonly #byUser = new Map<string, Set<G>>();

  constructor(limits: GuestLimits, metrics: Metrics) {
    this.#limits = limits;
    this.#refused = refusals(metrics);
  }

  /** Throws `busy` for one too many of a tenant. */
  room({ tenant }: Session): void {
    if ((this.#byTenant.get(tenant) ?? 0) < this.#limits.socketsPerTenant) return;
    this.#refused("sockets_per_tenant").inc();
    throw new DeskError("busy", "Too many of this tenant are here.", FULL_RETRY_MS);
  }

  /** Takes one in, and answers who has to go for it. */
  enter(guest: G): G | undefined {
    const { tenant } = guest.session;
    const user = userKey(guest.session);
    const own = this.#byUser.get(user) ?? new Set<G>();
    this.#as.set(guest, { tenant, user });
    this.#byUser.set(user, own.add(guest));
    this.#byTenant.set(tenant, (this.#byTenant.get(tenant) ?? 0) + 1);
    if (own.size <= this.#limits.socketsPerUser) return undefined;
    this.#refused("sockets_per_user").inc();
    const [oldest] = own;
    return oldest;
  }

  /** Harmless for one who is not here. */
  leave(guest: G): void {
    const as = this.#as.get(guest);
    if (!as) return;
    this.#as.delete(guest);
    const own = this.#byUser.get(as.user);
    own?.delete(guest);
    if (own?.size === 0) this.#byUser.delete(as.user);
    const left = (this.#byTenant.get(as.tenant) ?? 0) - 1;
    if (left > 0) this.#byTenant.set(as.tenant, left);
    else this.#byTenant.delete(as.tenant);
  }
}
