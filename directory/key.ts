import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from "node:crypto";

/** What a site may sign with. */
export type KeyAlgorithm = "HS256" | "EdDSA" | "RS256";

/** Weaker ones sign nothing worth believing. */
export const SECRET_CHARS_MIN = 32;
export const RSA_BITS_MIN = 2_048;

/** `RS256` for RSA, `EdDSA` for Ed25519: the key says what verifies with it, never the token. Undefined for what is no public key of ours. */
export function algorithmOfJwk(jwk: JsonWebKey): Exclude<KeyAlgorithm, "HS256"> | undefined {
  const algorithm = jwk.kty === "RSA" ? "RS256" : jwk.kty === "OKP" && jwk.crv === "Ed25519" ? "EdDSA" : undefined;
  const { alg = algorithm, use = "sig" } = jwk as { alg?: unknown; use?: unknown };
  return (alg === algorithm || (alg === "Ed25519" && algorithm === "EdDSA")) && use === "sig" ? algorithm : undefined;
}

/** Undefined for a key that is none, or weaker than {@link RSA_BITS_MIN}. Of a pair the public half. */
export function publicKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" });
    return (key.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_MIN) < RSA_BITS_MIN ? undefined : key;
  } catch {
    return undefined;
  }
}

/** The shared secret of HS256: the bytes of its text as it stands. */
export function secretKey(material: string): KeyObject {
  return createSecretKey(Buffer.from(material, "utf8"));
}

/** Keys come over https, or from this machine. */
export function isJwksUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
