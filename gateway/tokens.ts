import { decodeJwt, errors, jwtVerify, SignJWT } from "jose";
import type { DirectoryCache } from "../directory/cache.js";
import type { Clock } from "../lib/clock.js";
import { AUDIENCE, ISSUER } from "../proto/claims.js";
import type { Party, Role } from "../proto/message.js";
import { refuseBanned } from "./bans.js";
import type { SessionKey } from "./keys.js";
import { LEEWAY_MS, type Session } from "./session.js";
import type { SiteKeys } from "./site-keys.js";
import type { SiteTokens } from "./site-tokens.js";
import { invalidToken, refusedToken, TokenError } from "./token-error.js";

export { TokenError } from "./token-error.js";

export interface TokensOptions {
  /** The first signs, all verify. */
  readonly keys: readonly SessionKey[];
  readonly directory: Pick<DirectoryCache, "get">;
  readonly site: { readonly tokens: Pick<SiteTokens, "verify">; readonly keys: Pick<SiteKeys, "vouches"> };
  readonly clock: Clock;
  readonly agentTokenMs: number;
  readonly visitorTokenMs: number;
  readonly refreshGraceMs: number;
}

export interface Issued {
  readonly token: string;
  readonly expires_at: number;
}

/** Whose token it is: our own, signed with EdDSA, or a site's. How long one of ours lasts depends on its role. */
export class Tokens {
  readonly #options: TokensOptions;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** `voucher`: what a site vouched for is over when the site's key is, however often it is refreshed. */
  async issue(tenant: string, user: Party, voucher?: string): Promise<Issued> {
    const { keys, clock, agentTokenMs, visitorTokenMs } = this.#options;
    const [key] = keys;
    if (!key) throw new TypeError("no key to sign with");
    // To the millisecond, as RFC 7519 allows: whoever logs in again in the second of a logout is let in.
    const issued_s = clock.now() / 1_000;
    const life_ms = user.role === "visitor" ? visitorTokenMs : agentTokenMs;
    const expires_s = Math.floor(issued_s) + Math.ceil(life_ms / 1_000);
    const token = await new SignJWT({ tenant, role: user.role, name: user.name, ...(voucher !== undefined && { voucher }) })
      .setProtectedHeader({ alg: "EdDSA", kid: key.id })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(user.id)
      .setIssuedAt(issued_s)
      .setExpirationTime(expires_s)
      .sign(key.secret);
    return { token, expires_at: expires_s * 1_000 };
  }

  /**
   * Whose token it is. Rejects with `unauthenticated`: signed by none of our keys or its tenant's, run out, revoked, or for an account that
   * is no more; with `unavailable` when the tenant's keys cannot be read.
   */
  verify(token: string): Promise<Session> {
    return this.#standing(token, 0);
  }

  /** {@link verify}, and a visitor's token of ours is good for some days more. */
  async refreshable(token: string): Promise<Session> {
    const session = await this.#standing(token, this.#options.refreshGraceMs);
    const overdue = session.expires_at + LEEWAY_MS < this.#options.clock.now();
    if (overdue && session.user.role !== "visitor") throw new TokenError("token_expired", "This token has run out; log in again.");
    return session;
  }

  /** True when what this session stands on was revoked since. */
  async isRevoked({ tenant, user, issued_at, voucher }: Session): Promise<boolean> {
    const { directory, site: sites } = this.#options;
    const [site, own, all] = await Promise.all([
      directory.get("tenant", "", tenant),
      directory.get("revocation", tenant, user.id),
      directory.get("revocation", tenant, "*"),
    ]);
    if (!site || site.disabled) return true;
    if ([own, all].some((row) => row !== undefined && issued_at <= row.not_before)) return true;
    if (voucher === undefined) return user.role !== "visitor" && !(await this.#hasAccount(tenant, user));
    return !(await sites.keys.vouches(tenant, voucher)) || !(await this.#mayBeVouchedFor(tenant, user));
  }

  async #hasAccount(tenant: string, { id, role }: Party): Promise<boolean> {
    const account = await this.#options.directory.get("account", tenant, id);
    return account !== undefined && account.disabled !== true && account.role === role;
  }

  /** Where there is an account it decides; nobody else may be called as it is. */
  async #mayBeVouchedFor(tenant: string, user: Party): Promise<boolean> {
    return (await this.#options.directory.get("account", tenant, user.id)) === undefined || this.#hasAccount(tenant, user);
  }

  async #standing(token: string, grace_ms: number): Promise<Session> {
    const session = isOurs(token) ? await this.#own(token, grace_ms) : await this.#options.site.tokens.verify(token);
    if (await this.isRevoked(session)) throw new TokenError("token_revoked", "This token was revoked.");
    await refuseBanned(this.#options, session);
    return session;
  }

  async #own(token: string, grace_ms: number): Promise<Session> {
    const { sub, tenant, role, name, voucher, iat = 0, exp = 0 } = await this.#claims(token, grace_ms);
    const user = { id: String(sub), role: role as Role, name: String(name) };
    const session = { tenant: String(tenant), user, issued_at: Math.round(iat * 1_000), expires_at: exp * 1_000 };
    return voucher === undefined ? session : { ...session, voucher: String(voucher) };
  }

  async #claims(token: string, grace_ms: number) {
    const { keys, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => keys.find(({ id }) => id === kid)?.open ?? noSuchKey(), {
        algorithms: ["EdDSA"],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ["sub", "tenant", "role", "iat", "exp"],
        clockTolerance: Math.floor((LEEWAY_MS + grace_ms) / 1_000),
        currentDate: new Date(clock.now()),
      });
      return payload;
    } catch (error) {
      throw refusedToken(error);
    }
  }
}

/** As it says itself: then our keys alone are tried. */
function isOurs(token: string): boolean {
  try {
    return decodeJwt(token).iss === ISSUER;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw invalidToken();
    throw error;
  }
}

function noSuchKey(): never {
  throw new errors.JWSSignatureVerificationFailed();
}
