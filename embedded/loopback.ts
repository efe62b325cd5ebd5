import { BlockList, isIP } from "node:net";

/** The password of a demo account is known to everybody; the text says what to do. */
export class ExposedDemoError extends Error {
  override readonly name = "ExposedDemoError";
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** True when only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === "localhost";
  return loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}

/** Throws an ExposedDemoError when other machines could log in with a password that stands in the README. */
export function keepDemoAtHome(host: string, demoAccounts: readonly string[]): void {
  if (demoAccounts.length === 0 || isLoopback(host)) return;
  throw new ExposedDemoError(
    `DESKWIRE_HOST is ${host}, but the accounts ${demoAccounts.join(", ")} still have the demo password, which everybody knows. ` +
      "Set DESKWIRE_ADMIN_PASSWORD (or _FILE) to replace it, or disable those accounts.",
  );
}
