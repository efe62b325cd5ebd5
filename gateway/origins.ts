import type { DirectoryCache } from "../directory/cache.js";
import type { Tenant } from "../directory/directory.js";
import { parseAddress } from "../lib/address.js";
import { DeskError } from "../lib/errors.js";

/** The page a request comes from, as the browser says. */
export interface From {
  /** None: not a browser, which nobody could make speak for somebody else. */
  readonly origin: string | undefined;
  /** What the request was addressed to: host and port. */
  readonly host: string | undefined;
}

/** `forbidden`, because of where the page is from; over HTTP the page is not even let to read that. */
export class OriginError extends DeskError {
  constructor() {
    super("forbidden", "This page may not speak for the tenant.");
  }
}

/** Which web pages may speak for a tenant: those of its list, exactly, and our own. */
export class Origins {
  readonly #directory: Pick<DirectoryCache, "get" | "list">;
  readonly #own: ReadonlySet<string>;
  /** What stands in a row, as browsers send it. */
  readonly #listed = new WeakMap<Tenant, ReadonlySet<string>>();

  /** `own`: where browsers reach our own pages. */
  constructor(directory: Pick<DirectoryCache, "get" | "list">, own: readonly string[] = []) {
    this.#directory = directory;
    this.#own = new Set(own);
  }

  async allows(tenant: string, { origin, host }: From): Promise<boolean> {
    if (origin === undefined || this.#isOurs(origin, host)) return true;
    const site = await this.#directory.get("tenant", "", tenant);
    return site !== undefined && this.#of(site).has(origin);
  }

  /** Rejects with {@link OriginError} for a page that may not. */
  async admit(tenant: string, from: From): Promise<void> {
    if (!(await this.allows(tenant, from))) throw new OriginError();
  }

  /** Before the tenant is known (a preflight): some tenant has it on its list. */
  async known({ origin, host }: From): Promise<boolean> {
    if (origin === undefined || this.#isOurs(origin, host)) return true;
    const sites = await this.#directory.list("tenant", "");
    return sites.some(({ value }) => value.disabled !== true && this.#of(value).has(origin));
  }

  /**
   * A page is not ours for being served from the name that was asked for: whoever lets a name of its own lead here would be (DNS rebinding).
   * So names are ours by setting only; localhost and plain addresses can lead nowhere else.
   */
  #isOurs(origin: string, host: string | undefined): boolean {
    if (this.#own.has(origin)) return true;
    return host !== undefined && isPlain(host) && (origin === `http://${host}` || origin === `https://${host}`);
  }

  #of(site: Tenant): ReadonlySet<string> {
    const there = this.#listed.get(site);
    if (there) return there;
    const listed = new Set(site.origins.map(asSent).filter((origin) => origin !== undefined));
    this.#listed.set(site, listed);
    return listed;
  }
}

/** Scheme and host in lower case, no default port; undefined for what no page can have. */
function asSent(text: string): string | undefined {
  const origin = URL.canParse(text) ? new URL(text).origin : undefined;
  return origin === "null" ? undefined : origin;
}

function isPlain(host: string): boolean {
  return /^localhost(:\d+)?$/.test(host) || parseAddress(host) !== undefined;
}
