import { createHash, type JsonWebKey, type KeyObject } from "node:crypto";
import type { DirectoryCache } from "../directory/cache.js";
import type { Key, Tenant } from "../directory/directory.js";
import { type KeyAlgorithm, publicKey, secretKey } from "../directory/key.js";
import type { Jwks } from "./jwks.js";

/** A key that may have signed a token, and what a session of it stands on. */
export interface Candidate {
  readonly key: KeyObject;
  readonly voucher: string;
}

/** No key has this name. */
const PUBLISHED = "*";

/** The keys of the sites' own tokens: rows of the directory, and what the sites publish. Each verifies with its own algorithm only. */
export class SiteKeys {
  readonly #directory: Pick<DirectoryCache, "get" | "list">;
  readonly #jwks: Pick<Jwks, "find">;
  /** A row is read once, and changed by another one taking its place. */
  readonly #read = new WeakMap<Key, KeyObject | undefined>();

  constructor(directory: Pick<DirectoryCache, "get" | "list">, jwks: Pick<Jwks, "find">) {
    this.#directory = directory;
    this.#jwks = jwks;
  }

  /** Those that a token with this header may be signed by. A kid names one; without kid they are all of the algorithm. */
  async candidates(tenant: string, site: Tenant, algorithm: KeyAlgorithm, kid: string | undefined): Promise<readonly Candidate[]> {
    const rows = await this.#directory.list("key", tenant);
    const named = rows.filter(({ id }) => kid === undefined || id === kid);
    const fixed = named.flatMap(({ id, value }) => this.#candidate(id, value, algorithm));
    if ((kid !== undefined && named.length > 0) || site.jwks_url === undefined || algorithm === "HS256") return fixed;
    const voucher = published(site.jwks_url);
    const keys = await this.#published(site.jwks_url, algorithm, kid, fixed.length > 0);
    // A row decides over its name, also when it is disabled and the site publishes the key all the same.
    const others = keys.filter((key) => rows.every(({ id }) => id !== key.id));
    return [...fixed, ...others.map(({ key }) => ({ key, voucher }))];
  }

  /** True while what a session stands on is good. */
  async vouches(tenant: string, voucher: string): Promise<boolean> {
    const [id = "", mark] = voucher.split(":");
    if (id === PUBLISHED) {
      const { jwks_url } = (await this.#directory.get("tenant", "", tenant)) ?? {};
      return jwks_url !== undefined && published(jwks_url) === voucher;
    }
    const row = await this.#directory.get("key", tenant, id);
    return row !== undefined && row.disabled !== true && String(row.created_at) === mark;
  }

  #candidate(id: string, row: Key, algorithm: KeyAlgorithm): readonly Candidate[] {
    if (row.disabled || row.algorithm !== algorithm) return [];
    if (!this.#read.has(row)) this.#read.set(row, keyOf(row));
    const key = this.#read.get(row);
    return key ? [{ key, voucher: `${id}:${row.created_at}` }] : [];
  }

  /** A set that cannot be read is no reason to refuse what a row may verify. */
  async #published(url: string, algorithm: KeyAlgorithm, kid: string | undefined, others: boolean) {
    try {
      return await this.#jwks.find(url, algorithm, kid);
    } catch (error) {
      if (others) return [];
      throw error;
    }
  }
}

function keyOf({ algorithm, material }: Key): KeyObject | undefined {
  return algorithm === "HS256" ? secretKey(material) : publicKey(JSON.parse(material) as JsonWebKey);
}

function published(url: string): string {
  return `${PUBLISHED}:${createHash("sha256").update(url).digest("base64url").slice(0, 16)}`;
}
