import type { DirectoryCache } from "../directory/cache.js";
import { checkPassword, NOBODY } from "../directory/password.js";
import { refuse } from "../lib/errors.js";
import { Semaphore } from "../lib/semaphore.js";
import type { Party } from "../proto/message.js";
import type { AgentProfile } from "../router/router.js";
import type { Attempt, LoginGuard } from "./login-guard.js";
import type { Session } from "./session.js";

/** Of passwords that are checked, and wait to be, at once. */
export interface PasswordLimits {
  readonly passwordChecks: number;
  readonly passwordChecksWaiting: number;
}

export interface AccountsOptions {
  readonly directory: Pick<DirectoryCache, "get">;
  readonly guard: Pick<LoginGuard, "attempt">;
  readonly checks: PasswordLimits;
}

const RETRY_MS = 1_000;

/** The accounts of people and bots at the desk, as the directory has them. */
export class Accounts {
  readonly #directory: Pick<DirectoryCache, "get">;
  readonly #guard: Pick<LoginGuard, "attempt">;
  /** A check costs a thread some 50 ms: those of a flood must not keep others from theirs. */
  readonly #checks: Semaphore;

  constructor({ directory, guard, checks }: AccountsOptions) {
    this.#directory = directory;
    this.#guard = guard;
    this.#checks = new Semaphore({ most: checks.passwordChecks, waiting: checks.passwordChecksWaiting, retry_after_ms: RETRY_MS });
  }

  /**
   * Rejects with `unauthenticated`, after the same time whatever is wrong; with `rate_limited` for who failed too often, `busy` when too many
   * passwords wait to be checked.
   */
  async login(attempt: Attempt, password: string): Promise<Party> {
    const user = await this.#guard.attempt(attempt, () => this.#checks.run(() => this.#check(attempt, password)));
    return user ?? refuse("unauthenticated", "The name or the password is wrong.");
  }

  /** Of the account; of an agent without one what its site says. Rejects with `unauthenticated` for an account that is no more. */
  async profile({ tenant, user, profile }: Session): Promise<AgentProfile> {
    const account = await this.#directory.get("account", tenant, user.id);
    if (!account && profile) return profile;
    if (!account || account.disabled) return refuse("unauthenticated", "This account is no more.");
    const { skills, topics, capacity, capacity_max } = account;
    return { skills, topics, capacity, capacity_max };
  }

  async #check({ tenant, username }: Attempt, password: string): Promise<Party | undefined> {
    const account = await this.#directory.get("account", tenant, username);
    const site = await this.#directory.get("tenant", "", tenant);
    const good = await checkPassword(password, account?.password ?? NOBODY);
    if (!good || !account || account.disabled || !site || site.disabled) return undefined;
    return { id: username, role: account.role, name: account.name };
  }
}
