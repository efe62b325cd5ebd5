import { errors, jwtVerify, SignJWT } from "jose";
import type { DirectoryCache } from "../directory/cache.js";
import type { Clock } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Party, Role } from "../proto/message.js";
import type { SessionKey } from "./keys.js";
import type { Session } from "./session.js";

const ISSUER = "deskwire";
const AUDIENCE = "deskwire";
/** Hosts may disagree about the time by this much. */
const LEEWAY_S = 60;

export interface TokensOptions {
  /** The first signs, all verify. */
  readonly keys: readonly SessionKey[];
  readonly directory: Pick<DirectoryCache, "get">;
  readonly clock: Clock;
  readonly agentTokenMs: number;
  readonly visitorTokenMs: number;
  readonly refreshGraceMs: number;
}

export interface Issued {
  readonly token: string;
  readonly expires_at: number;
}

/** `unauthenticated`, and how a socket with this token is closed. */
export class TokenError extends DeskError {
  readonly close: "token_expired" | "token_invalid" | "token_revoked";

  constructor(close: TokenError["close"], message: string) {
    super("unauthenticated", message);
    this.close = close;
  }
}

/** Our own tokens, signed with EdDSA. How long one lasts depends on its role. */
export class Tokens {
  readonly #options: TokensOptions;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  async issue(tenant: string, user: Party): Promise<Issued> {
    const { keys, clock, agentTokenMs, visitorTokenMs } = this.#options;
    const [key] = keys;
    if (!key) throw new TypeError("no key to sign with");
    // To the millisecond, as RFC 7519 allows: whoever logs in again in the second of a logout is let in.
    const issued_s = clock.now() / 1_000;
    const life_ms = user.role === "visitor" ? visitorTokenMs : agentTokenMs;
    const expires_s = Math.floor(issued_s) + Math.ceil(life_ms / 1_000);
    const token = await new SignJWT({ tenant, role: user.role, name: user.name })
      .setProtectedHeader({ alg: "EdDSA", kid: key.id })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(user.id)
      .setIssuedAt(issued_s)
      .setExpirationTime(expires_s)
      .sign(key.secret);
    return { token, expires_at: expires_s * 1_000 };
  }

  /** Whose token it is. Rejects with `unauthenticated`: not ours, run out, revoked, or for an account that is no more. */
  verify(token: string): Promise<Session> {
    return this.#session(token, 0);
  }

  /** {@link verify}, and a visitor's token is good for some days more. */
  async refreshable(token: string): Promise<Session> {
    const session = await this.#session(token, this.#options.refreshGraceMs);
    const overdue = session.expires_at + LEEWAY_S * 1_000 < this.#options.clock.now();
    if (overdue && session.user.role !== "visitor") throw new TokenError("token_expired", "This token has run out; log in again.");
    return session;
  }

  /** True when what this session stands on was withdrawn since. */
  async isRevoked({ tenant, user, issued_at }: Session): Promise<boolean> {
    const { directory } = this.#options;
    const [site, own, all] = await Promise.all([
      directory.get("tenant", "", tenant),
      directory.get("revocation", tenant, user.id),
      directory.get("revocation", tenant, "*"),
    ]);
    if (!site || site.disabled) return true;
    if ([own, all].some((row) => row !== undefined && issued_at <= row.not_before)) return true;
    if (user.role === "visitor") return false;
    const account = await directory.get("account", tenant, user.id);
    return !account || account.disabled === true || account.role !== user.role;
  }

  async #session(token: string, grace_ms: number): Promise<Session> {
    const claims = await this.#claims(token, grace_ms);
    const { sub, tenant, role, name, iat = 0, exp = 0 } = claims;
    const user = { id: String(sub), role: role as Role, name: String(name) };
    const session = { tenant: String(tenant), user, issued_at: Math.round(iat * 1_000), expires_at: exp * 1_000 };
    if (await this.isRevoked(session)) throw new TokenError("token_revoked", "This token was revoked.");
    return session;
  }

  async #claims(token: string, grace_ms: number) {
    const { keys, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => keys.find(({ id }) => id === kid)?.open ?? noSuchKey(), {
        algorithms: ["EdDSA"],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ["sub", "tenant", "role", "iat", "exp"],
        clockTolerance: LEEWAY_S + Math.floor(grace_ms / 1_000),
        currentDate: new Date(clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new TokenError("token_expired", "This token has run out.");
      if (error instanceof errors.JOSEError) throw new TokenError("token_invalid", "This token is not good here.");
      throw error;
    }
  }
}

function noSuchKey(): never {
  throw new errors.JWSSignatureVerificationFailed();
}
