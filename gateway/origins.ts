import type { DirectoryCache } from "../directory/cache.js";

/** Which web pages may speak for a tenant: those of its list, and our own. */
export class Origins {
  readonly #directory: Pick<DirectoryCache, "get" | "list">;

  constructor(directory: Pick<DirectoryCache, "get" | "list">) {
    this.#directory = directory;
  }

  /** `host` is what the request was addressed to: a page served from there is one of ours. No origin: not a browser. */
  async allows(tenant: string, origin: string | undefined, host: string | undefined): Promise<boolean> {
    if (origin === undefined || isOwn(origin, host)) return true;
    const site = await this.#directory.get("tenant", "", tenant);
    return site?.origins.includes(origin) === true;
  }

  /** Before the tenant is known (a preflight): some tenant has it on its list. */
  async known(origin: string, host: string | undefined): Promise<boolean> {
    if (isOwn(origin, host)) return true;
    const sites = await this.#directory.list("tenant", "");
    return sites.some(({ value }) => value.disabled !== true && value.origins.includes(origin));
  }
}

function isOwn(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
