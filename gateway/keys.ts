import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An Ed25519 key pair that signs or verifies our own tokens. */
export interface SessionKey {
  readonly id: string;
  readonly secret: KeyObject;
  readonly open: KeyObject;
}

const SEED_BYTES = 32;
/** PKCS #8 for Ed25519 up to the seed (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Throws when the seed is not 32 bytes in base64url. */
export function sessionKey(seed: string): SessionKey {
  const bytes = Buffer.from(seed, "base64url");
  if (bytes.length !== SEED_BYTES) throw new Error("A session key is 32 bytes in base64url, which makes 43 characters.");
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, bytes]), format: "der", type: "pkcs8" });
  const open = createPublicKey(secret);
  const { x = "" } = open.export({ format: "jwk" });
  return { id: x.slice(0, 12), secret, open };
}

/** The seed kept in the data folder, made at the first start: tokens stay good over a restart. */
export function keptSeed(folder: string): string {
  const path = join(folder, "session.key");
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const seed = randomBytes(SEED_BYTES).toString("base64url");
  writeFileSync(path, `${seed}\n`, { mode: 0o600 });
  return seed;
}
