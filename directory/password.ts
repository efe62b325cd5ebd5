import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** Cost of one guess: 16 MiB and some 50 ms. Parameters of RFC 7914, kept with each hash so that they can grow. */
const COST = { N: 2 ** 14, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** What a hash may ask of this machine; Node's own limit is below the next cost. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;
const FORM = /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d)\$([\w-]+)\$([\w-]+)$/;

/** `scrypt$N$r$p$salt$key`, base64url. Another salt at each call. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Takes as long for a wrong password as for the right one. False for a hash that is none. */
export async function checkPassword(password: string, hash: string): Promise<boolean> {
  const [, N, r, p, salt, key] = FORM.exec(hash) ?? [];
  if (!salt || !key) return false;
  const expected = Buffer.from(key, "base64url");
  const derived = await derive(password, Buffer.from(salt, "base64url"), { N: Number(N), r: Number(r), p: Number(p) }).catch(costless);
  return derived.length === expected.length && timingSafeEqual(derived, expected);
}

/** Costs that are none, or beyond this machine, make a hash that is none. */
function costless(error: unknown): Buffer {
  if (error instanceof RangeError) return Buffer.alloc(0);
  throw error;
}

/** To be checked when there is no such account, so that its absence does not show in the time a login takes. */
export const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${Buffer.alloc(SALT_BYTES).toString("base64url")}$${Buffer.alloc(KEY_BYTES).toString("base64url")}`;

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, { ...cost, maxmem: MEMORY_BYTES_MAX }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
