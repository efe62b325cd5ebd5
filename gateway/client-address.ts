import { type Networks, parseAddress } from "../lib/address.js";

/** What a connection says about where it comes from. */
export interface Hops {
  /** Whose socket it is. */
  readonly peer: string;
  /** What the peer said by PROXY protocol; empty when it said nothing. */
  readonly proxied: string;
  /** The values of `X-Forwarded-For`, in the order they came. */
  readonly forwarded: readonly string[];
}

/**
 * Where the client is: the first address, seen from here, that is none of our proxies. Each hop is believed about the next one only while it is
 * trusted itself, so nobody outside can write anything that counts. What a trusted proxy says and is no address ends the walk at the last good
 * one: a budget shared by those behind that proxy, never one of the client's choosing.
 */
export function clientAddress({ peer, proxied, forwarded }: Hops, trusted: Pick<Networks, "has">): string {
  let hop = parseAddress(peer) ?? peer;
  for (const said of nearestFirst(proxied, forwarded)) {
    const next = trusted.has(hop) ? parseAddress(said) : undefined;
    if (next === undefined) return hop;
    hop = next;
  }
  return hop;
}

function nearestFirst(proxied: string, forwarded: readonly string[]): string[] {
  const entries = forwarded.length === 0 ? [] : forwarded.join(",").split(",").reverse();
  return proxied === "" ? entries : [proxied, ...entries];
}
