import type { Party } from "../proto/message.js";

/** Who speaks, as its token says. */
export interface Session {
  readonly tenant: string;
  readonly user: Party;
  /** When the token was issued and until when it is good, in ms. */
  readonly issued_at: number;
  readonly expires_at: number;
}
