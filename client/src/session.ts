import { ClientError } from "./errors.js";
import type { Http, Session } from "./http.js";
import type { Storage } from "./storage.js";

export interface SessionOptions {
  readonly http: Http;
  readonly storage: Storage;
  readonly tenant: string;
  /** A session to begin with when none is stored: `http.visitors(…)` for a visitor; a login form for an agent. */
  readonly begin: () => Promise<Session>;
}

/**
 * A `token` for `createClient` that keeps the user over reloads: the stored session first, then the refreshed one, and a begun one when
 * the server no longer takes it.
 */
export class SessionKeeper {
  readonly #options: SessionOptions;
  readonly #key: string;
  #given: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#key = `deskwire.session.${options.tenant}`;
  }

  async stored(): Promise<Session | undefined> {
    const text = await this.#options.storage.get(this.#key);
    return text ? (JSON.parse(text) as Session) : undefined;
  }

  async keep(session: Session): Promise<void> {
    await this.#options.storage.set(this.#key, JSON.stringify(session));
  }

  async forget(): Promise<void> {
    await this.#options.storage.remove(this.#key);
  }

  /** From here on this is the visitor that the site's own token names. */
  async identify(site: string): Promise<Session> {
    const stored = await this.stored();
    const session = stored ? await this.#options.http.refresh(stored.token, site) : await this.#visitor(site);
    await this.keep(session);
    return session;
  }

  #visitor(site: string): Promise<Session> {
    return this.#options.http.visitors({ tenant: this.#options.tenant, token: site });
  }

  /** Asked again after it gave a token, it gives another: that one was refused or runs out soon. */
  readonly token = async (): Promise<string> => {
    const stored = await this.stored();
    const session = !stored ? await this.#begin() : stored.token === this.#given ? await this.#renew(stored) : stored;
    await this.keep(session);
    this.#given = session.token;
    return session.token;
  };

  #begin(): Promise<Session> {
    return this.#options.begin();
  }

  async #renew(session: Session): Promise<Session> {
    try {
      return await this.#options.http.refresh(session.token);
    } catch (error) {
      if (error instanceof ClientError && error.code === "unauthenticated") return this.#begin();
      throw error;
    }
  }
}
