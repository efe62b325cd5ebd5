import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Canonical forms in which an IPv6 address carries an IPv4 one: mapped (RFC 4291) and translated by NAT64's well-known prefix (RFC 6052). */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const TRANSLATED = /^64:ff9b::([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * An IP address in its one canonical form (RFC 5952), an IPv4-mapped one as IPv4; undefined for what is no address. Brackets and a port, as
 * proxies write them, are taken off; a zone is none of ours.
 */
export function parseAddress(text: string): string | undefined {
  const bare = withoutPort(text.trim());
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare) || bare.includes("%")) return undefined;
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  return dotted(MAPPED.exec(canonical)) ?? canonical;
}

/**
 * What one party holds of the address space, as limits and logs name it: an IPv4 address, the /64 of an IPv6 one. Who has a /64 has all of its
 * addresses. Behind NAT64 that is the IPv4 address. Takes a canonical address.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  return dotted(TRANSLATED.exec(address)) ?? `${groups(address).slice(0, 4).join(":")}::/64`;
}

/** Networks in CIDR notation, as settings name them. Throws a TypeError for a text that {@link parseNetwork} does not know. */
export class Networks {
  readonly #list = new BlockList();
  readonly #any: boolean;

  constructor(networks: readonly string[]) {
    this.#any = networks.length > 0;
    for (const text of networks) {
      const network = parseNetwork(text);
      if (!network) throw new TypeError(`${text} is no network`);
      this.#list.addSubnet(network.address, network.prefix, familyOf(network.address));
    }
  }

  /** Takes a canonical address. */
  has(address: string): boolean {
    return this.#any && this.#list.check(address, familyOf(address));
  }
}

export interface Network {
  readonly address: string;
  readonly prefix: number;
}

/** `10.0.0.0/8`, `fd00::/8`, or one address. Undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [written = "", length, ...rest] = text.split("/");
  if (rest.length > 0 || !/^[\da-f.:]+$/i.test(written) || (!isIPv4(written) && !isIPv6(written))) return undefined;
  const address = parseAddress(written) as string;
  const longest = isIPv4(address) ? 32 : 128;
  if (length === undefined) return { address, prefix: longest };
  // The length of a mapped network counts from the beginning of the IPv6 address.
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) - (isIPv6(written) ? 128 - longest : 0) : Number.NaN;
  return prefix >= 0 && prefix <= longest ? { address, prefix } : undefined;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** `1.2.3.4:80` and `[::1]:80`; an IPv6 address without brackets has no port. */
function withoutPort(text: string): string {
  const match = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? /^([^:]*):\d{1,5}$/.exec(text);
  return match?.[1] ?? text;
}

function dotted(match: RegExpExecArray | null): string | undefined {
  if (!match) return undefined;
  const [high, low] = [Number.parseInt(match[1] as string, 16), Number.parseInt(match[2] as string, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of a canonical IPv6 address. */
function groups(address: string): string[] {
  const [left, right] = address.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  if (!left || !right) return address.split(":");
  return [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
}
