import { randomBytes } from "node:crypto";

/** `<prefix>_` and 128 random bits, 22 characters that are safe in a URL. */
export function randomId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString("base64url")}`;
}
