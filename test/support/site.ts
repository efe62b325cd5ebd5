import { createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import type { DirectoryCache } from "../../directory/cache.js";
import { Jwks } from "../../gateway/jwks.js";
import { type SessionKey, sessionKey } from "../../gateway/keys.js";
import { SiteKeys } from "../../gateway/site-keys.js";
import { SiteTokens } from "../../gateway/site-tokens.js";
import { Tokens } from "../../gateway/tokens.js";
import type { Clock } from "../../lib/clock.js";
import { loadConfig } from "../../lib/config.js";
import { TENANT } from "../contract/broker/chat.js";
import { log } from "./log.js";

export const ISSUER = "https://shop.example";

/** A key that a site signs with, and what it tells the desk of it. */
export interface SignKey {
  readonly alg: string;
  readonly secret: KeyObject;
  /** For `--material-file`. */
  readonly material: string;
}

export function secretOf(material: string): SignKey {
  return { alg: "HS256", secret: createSecretKey(Buffer.from(material)), material };
}

export function edKey(): SignKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { alg: "EdDSA", secret: privateKey, material: JSON.stringify(publicKey.export({ format: "jwk" })) };
}

export function rsaKey(bits = 2_048): SignKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return { alg: "RS256", secret: privateKey, material: JSON.stringify(publicKey.export({ format: "jwk" })) };
}

/** A public key as a set shows it. */
export function jwkOf({ material }: SignKey, kid?: string): Readonly<Record<string, unknown>> {
  return { ...JSON.parse(material), ...(kid === undefined ? {} : { kid }) };
}

export interface Said {
  readonly [claim: string]: unknown;
}

/** What a site says of its customer 42; a claim that is undefined is left out. */
export function claimsAt(now: number, odd: Said = {}): Said {
  const iat = Math.floor(now / 1_000);
  const usual = { iss: ISSUER, aud: "deskwire", sub: "customer-42", tenant: TENANT, role: "visitor", name: "Vera", iat, exp: iat + 3_600 };
  return { ...usual, ...odd };
}

export function signed({ alg, secret }: Pick<SignKey, "alg" | "secret">, claims: Said, kid?: string): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) }).sign(secret);
}

const OURS = sessionKey(Buffer.alloc(32, 1).toString("base64url"));

/** As a gateway makes them. */
export function tokensOver(directory: DirectoryCache, clock: Clock, keys: readonly SessionKey[] = [OURS]): Tokens {
  const config = loadConfig({}, () => "");
  const siteKeys = new SiteKeys(directory, new Jwks({ ...config, clock, log }));
  const tokens = new SiteTokens({ directory, keys: siteKeys, clock, siteTokenMs: config.siteTokenMs });
  return new Tokens({ ...config, keys, directory, clock, site: { keys: siteKeys, tokens } });
}
