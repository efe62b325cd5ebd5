import { networkOf } from "../lib/address.js";
import type { Clock } from "../lib/clock.js";
import type { Config } from "../lib/config.js";
import { DeskError } from "../lib/errors.js";
import { Strikes } from "./strikes.js";

export type LoginLimits = Pick<
  Config,
  "loginFailures" | "loginFailuresPerAddress" | "loginFailuresPerAccount" | "loginWaitMs" | "loginWaitMaxMs"
>;

export interface LoginGuardOptions {
  readonly clock: Clock;
  readonly limits: LoginLimits;
  /** What an address is counted as over all usernames; undefined for one that is not. */
  readonly counts: (address: string) => string | undefined;
}

export interface Attempt {
  readonly tenant: string;
  readonly username: string;
  readonly address: string;
}

/** Who comes from an address that is new to an account under attack waits with the others, but not for long. */
const ACCOUNT_WAIT_MS_MAX = 30_000;
/** An account's networks that are remembered as its own, and accounts of which any are. */
const FAMILIAR_MAX = 8;
const ACCOUNTS_MAX = 20_000;

/**
 * What wrong passwords cost. Three counts, and the longest wait of them holds: of a username from one address, of an address over all
 * usernames, and of a username over all addresses.
 *
 * The last one stops a guess spread over many addresses. By itself it would let anybody lock an account by failing often enough, so the
 * networks that a username logged in from are not held by it, and its waits stay short: who works there goes on working, whatever others try.
 */
export class LoginGuard {
  readonly #pairs: Strikes;
  readonly #addresses: Strikes;
  readonly #accounts: Strikes;
  readonly #counted: LoginGuardOptions["counts"];
  /** Networks each account logged in from, the latest last; accounts by their last login. */
  readonly #familiar = new Map<string, Set<string>>();

  constructor({ clock, limits, counts }: LoginGuardOptions) {
    const { loginFailures, loginFailuresPerAddress, loginFailuresPerAccount, loginWaitMs: wait_ms, loginWaitMaxMs: wait_ms_max } = limits;
    this.#pairs = new Strikes(clock, { free: loginFailures, wait_ms, wait_ms_max });
    this.#addresses = new Strikes(clock, { free: loginFailuresPerAddress, wait_ms, wait_ms_max });
    const short = Math.min(wait_ms_max, ACCOUNT_WAIT_MS_MAX);
    this.#accounts = new Strikes(clock, { free: loginFailuresPerAccount, wait_ms, wait_ms_max: short });
    this.#counted = counts;
  }

  /**
   * Runs `check` and answers what it does; undefined is a failure. Rejects with `rate_limited` and how long to wait, without running it, and
   * this costs nothing further.
   *
   * An attempt counts from its beginning, so that a hundred at once are a hundred; when it succeeds, or could not be judged, it is forgiven.
   */
  async attempt<T>(attempt: Attempt, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const counts = this.#counts(attempt);
    const wait_ms = Math.max(...counts.map(([strikes, key]) => strikes.wait(key)));
    if (wait_ms > 0) throw new DeskError("rate_limited", "Too many wrong passwords; wait a while.", wait_ms);
    for (const [strikes, key] of counts) strikes.strike(key);
    try {
      const result = await check();
      if (result !== undefined) this.#succeeded(attempt);
      return result;
    } catch (error) {
      for (const [strikes, key] of counts) strikes.forgive(key);
      throw error;
    }
  }

  #counts(attempt: Attempt): readonly (readonly [Strikes, string])[] {
    const address = this.#counted(attempt.address);
    return [
      [this.#pairs, pairOf(attempt)],
      ...(address === undefined ? [] : [[this.#addresses, address] as const]),
      ...(this.#isFamiliar(attempt) ? [] : [[this.#accounts, accountOf(attempt)] as const]),
    ];
  }

  /** The username is free again; its address remains what others made of it. */
  #succeeded(attempt: Attempt): void {
    this.#pairs.clear(pairOf(attempt));
    this.#accounts.clear(accountOf(attempt));
    const address = this.#counted(attempt.address);
    if (address !== undefined) this.#addresses.forgive(address);
    this.#remember(accountOf(attempt), networkOf(attempt.address));
  }

  #isFamiliar(attempt: Attempt): boolean {
    return this.#familiar.get(accountOf(attempt))?.has(networkOf(attempt.address)) === true;
  }

  #remember(account: string, network: string): void {
    const networks = this.#familiar.get(account) ?? new Set();
    networks.delete(network);
    networks.add(network);
    this.#familiar.delete(account);
    this.#familiar.set(account, networks);
    dropOldest(networks, FAMILIAR_MAX);
    dropOldest(this.#familiar, ACCOUNTS_MAX);
  }
}

function dropOldest(kept: { readonly size: number; keys(): Iterable<string>; delete(key: string): boolean }, most: number): void {
  if (kept.size <= most) return;
  const [oldest = ""] = kept.keys();
  kept.delete(oldest);
}

function accountOf({ tenant, username }: Attempt): string {
  return JSON.stringify([tenant, username]);
}

function pairOf({ tenant, username, address }: Attempt): string {
  return JSON.stringify([tenant, username, networkOf(address)]);
}
