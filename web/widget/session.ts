import { ClientError } from "@deskwire/client";
import { post } from "../http.js";

interface Stored {
  readonly token: string;
  readonly expires_at: number;
  readonly user: { readonly id: string };
}

export interface VisitorIdentity {
  readonly tenant: string;
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The site's own signed token of a known visitor. */
  readonly token?: string;
}

/** Less than this left (ms): not worth beginning with. */
const MARGIN_MS = 120_000;

/**
 * Who the visitor is to the desk, kept over reloads: the same browser stays the same visitor until its token is refused for good.
 * `forgotten` runs when that happened and a new visitor takes its place.
 */
export class VisitorSession {
  readonly #gateway: string;
  readonly #identity: VisitorIdentity;
  readonly #key: string;
  readonly #forgotten: () => void;
  #handedOut = false;

  constructor(gateway: string, identity: VisitorIdentity, forgotten: () => void) {
    this.#gateway = gateway;
    this.#identity = identity;
    this.#key = `deskwire:${identity.tenant}:session`;
    this.#forgotten = forgotten;
  }

  get known(): boolean {
    return this.#read() !== undefined;
  }

  /** A token to begin with; asked again, a fresh one: the first one ran out or was refused. */
  async token(): Promise<string> {
    const stored = this.#read();
    if (stored === undefined) return this.#begin();
    const fresh = !this.#handedOut && stored.expires_at - Date.now() > MARGIN_MS;
    this.#handedOut = true;
    return fresh ? stored.token : this.#renew(stored);
  }

  async #renew(stored: Stored): Promise<string> {
    try {
      return this.#keep(await post<Stored>(`${this.#gateway}/v1/refresh`, {}, stored.token));
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== "unauthenticated") throw error;
      localStorage.removeItem(this.#key);
      this.#forgotten();
      return this.#begin();
    }
  }

  async #begin(): Promise<string> {
    this.#handedOut = true;
    return this.#keep(await post<Stored>(`${this.#gateway}/v1/visitors`, this.#identity));
  }

  #keep(session: Stored): string {
    const { token, expires_at, user } = session;
    localStorage.setItem(this.#key, JSON.stringify({ token, expires_at, user }));
    return token;
  }

  #read(): Stored | undefined {
    const text = localStorage.getItem(this.#key);
    return text === null ? undefined : (JSON.parse(text) as Stored);
  }
}
