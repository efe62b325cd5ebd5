import type { Party } from "../proto/message.js";
import type { AgentProfile } from "../router/router.js";

/** Hosts may disagree about the time by this much. */
export const LEEWAY_MS = 60_000;

/** Who speaks, as its token says. */
export interface Session {
  readonly tenant: string;
  readonly user: Party;
  /** When the token was issued and until when it is good, in ms. */
  readonly issued_at: number;
  readonly expires_at: number;
  /**
   * What of the site vouched for the user, where something did: a key's row, or the address of its published set. The session is over when that is. A key
   * that leaves the set ends none: sites rotate their keys, and nobody is to be logged out by that.
   */
  readonly voucher?: string;
  /** What the site says of an agent who has no account here. */
  readonly profile?: AgentProfile;
}

/** The same user of the same desk, as the same. */
export function isSame(a: Session, b: Session): boolean {
  return a.tenant === b.tenant && a.user.id === b.user.id && a.user.role === b.user.role;
}

/**
 * When a socket with this session is closed: as its token runs out. A token that was let in after that, by the leeway, is good to the
 * leeway's end, so that nobody is greeted and shut out in one breath.
 */
export function endOf({ expires_at }: Session, now: number): number {
  return expires_at > now ? expires_at : expires_at + LEEWAY_MS;
}
