import type { DirectoryCache } from "../directory/cache.js";
import { checkPassword, NOBODY } from "../directory/password.js";
import { refuse } from "../lib/errors.js";
import type { Party } from "../proto/message.js";
import type { AgentProfile } from "../router/router.js";
import type { Session } from "./session.js";

/** The accounts of people and bots at the desk, as the directory has them. */
export class Accounts {
  readonly #directory: Pick<DirectoryCache, "get">;

  constructor(directory: Pick<DirectoryCache, "get">) {
    this.#directory = directory;
  }

  /** Rejects with `unauthenticated`, after the same time whatever is wrong. */
  async login(tenant: string, username: string, password: string): Promise<Party> {
    const account = await this.#directory.get("account", tenant, username);
    const site = await this.#directory.get("tenant", "", tenant);
    const good = await checkPassword(password, account?.password ?? NOBODY);
    if (!good || !account || account.disabled || !site || site.disabled)
      return refuse("unauthenticated", "The name or the password is wrong.");
    return { id: username, role: account.role, name: account.name };
  }

  /** Rejects with `unauthenticated` for an account that is no more. */
  async profile({ tenant, user }: Session): Promise<AgentProfile> {
    const account = await this.#directory.get("account", tenant, user.id);
    if (!account || account.disabled) return refuse("unauthenticated", "This account is no more.");
    const { skills, topics, capacity, capacity_max } = account;
    return { skills, topics, capacity, capacity_max };
  }
}
