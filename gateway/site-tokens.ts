import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { DirectoryCache } from "../directory/cache.js";
import type { KeyAlgorithm } from "../directory/key.js";
import type { Clock } from "../lib/clock.js";
import { compiled } from "../proto/check.js";
import { ANONYMOUS, AUDIENCE, ISSUER, SiteClaims } from "../proto/claims.js";
import type { Party } from "../proto/message.js";
import { ID_CHARS_MAX } from "../proto/shapes.js";
import type { AgentProfile } from "../router/router.js";
import { LEEWAY_MS, type Session } from "./session.js";
import type { Candidate, SiteKeys } from "./site-keys.js";
import { invalidToken, refusedToken, TokenError } from "./token-error.js";

export interface SiteTokensOptions {
  readonly directory: Pick<DirectoryCache, "get">;
  readonly keys: Pick<SiteKeys, "candidates">;
  readonly clock: Clock;
  /** A site's token may not be good for longer than this. */
  readonly siteTokenMs: number;
}

const ALGORITHMS: ReadonlySet<unknown> = new Set<KeyAlgorithm>(["HS256", "EdDSA", "RS256"]);
/** Of an agent without an account whose token does not say. */
const CAPACITY = { capacity: 5, capacity_max: 10 };
const claims = compiled(SiteClaims);

/** Tokens that sites sign themselves, for users they know. */
export class SiteTokens {
  readonly #options: SiteTokensOptions;

  constructor(options: SiteTokensOptions) {
    this.#options = options;
  }

  /**
   * Whose token it is. Rejects with `unauthenticated` when no key of its tenant signed it, or it says what no site may say; with
   * `unavailable` when the tenant's keys cannot be read.
   */
  async verify(token: string): Promise<Session> {
    const { payload, voucher } = await this.#opened(token);
    return this.#session(payload, voucher);
  }

  /** What the token says of itself only selects whose keys are tried. */
  async #opened(token: string): Promise<{ readonly payload: JWTPayload; readonly voucher: string }> {
    const { tenant, alg, kid } = labels(token);
    const site = await this.#options.directory.get("tenant", "", tenant);
    if (!site?.issuer || site.disabled || site.issuer === ISSUER) throw invalidToken();
    const candidates = await this.#options.keys.candidates(tenant, site, alg, kid);
    for (const { key, voucher } of candidates) {
      const payload = await this.#payload(token, key, alg, site.issuer);
      if (payload) return { payload, voucher };
    }
    throw invalidToken();
  }

  /** Undefined when another key signed it. */
  async #payload(token: string, key: Candidate["key"], alg: KeyAlgorithm, issuer: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        ...{ algorithms: [alg], issuer, audience: AUDIENCE, requiredClaims: ["sub", "tenant", "role", "exp"] },
        ...{ clockTolerance: LEEWAY_MS / 1_000, currentDate: new Date(this.#options.clock.now()) },
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) return undefined;
      throw refusedToken(error);
    }
  }

  async #session(payload: JWTPayload, voucher: string): Promise<Session> {
    if (claims.fault(payload) !== undefined) throw invalidToken();
    const said = payload as unknown as SiteClaims;
    const { tenant, iat = 0, exp } = said;
    const [issued_at, expires_at, now] = [Math.round(iat * 1_000), Math.round(exp * 1_000), this.#options.clock.now()];
    if (issued_at > now + LEEWAY_MS) throw new TokenError("token_invalid", "This token is not issued yet.");
    if (expires_at > now + this.#options.siteTokenMs + LEEWAY_MS)
      throw new TokenError("token_invalid", "This token is good for longer than this server allows.");
    const user = await this.#user(said);
    const profile = said.role === "visitor" ? {} : { profile: profileOf(said) };
    return { tenant, user, issued_at, expires_at, voucher, ...profile };
  }

  /** Ids are one space: a visitor may not be called as an agent is, nor anybody as we call ours. */
  async #user({ sub: id, tenant, role, name }: SiteClaims): Promise<Party> {
    if (ANONYMOUS.test(id) || id === ISSUER || id === "*") throw new TokenError("token_invalid", "The id in this token is not for sites.");
    const account = await this.#options.directory.get("account", tenant, id);
    if (role === "visitor") return account ? refuseAccount() : { id, role, name: name ?? "Visitor" };
    return { id, role, name: account?.name ?? name ?? id };
  }
}

function refuseAccount(): never {
  throw new TokenError("token_invalid", "The id in this token is an agent's.");
}

function labels(token: string): { readonly tenant: string; readonly alg: KeyAlgorithm; readonly kid: string | undefined } {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    const { tenant } = decodeJwt(token);
    if (
      typeof tenant === "string" &&
      tenant.length <= ID_CHARS_MAX &&
      ALGORITHMS.has(alg) &&
      (kid === undefined || typeof kid === "string")
    )
      return { tenant, alg: alg as KeyAlgorithm, kid };
  } catch (error) {
    // jose throws a TypeError at what is no token at all.
    if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
  }
  throw invalidToken();
}

function profileOf({ skills = [], topics = ["*"], capacity }: SiteClaims): AgentProfile {
  return { skills, topics, ...(capacity === undefined ? CAPACITY : { capacity, capacity_max: capacity }) };
}
