import { type Static, Type } from "typebox";
import { Capacity, Id, Name, Skills } from "./shapes.js";

/** Who the tokens are for. */
export const AUDIENCE = "deskwire";

/** Our own issuer; no site's is called so. */
export const ISSUER = "deskwire";

/** Our ids of visitors nobody vouched for begin with this; no site's id does. */
export const ANONYMOUS = /^v_/;

/** What a site's own token says of its user, beside issuer, audience and times. */
export const SiteClaims = Type.Object({
  sub: Id,
  tenant: Id,
  role: Type.Union([Type.Literal("visitor"), Type.Literal("agent"), Type.Literal("supervisor"), Type.Literal("bot")]),
  /** What others are shown; of an agent with an account here, the account's name counts. */
  name: Type.Optional(Name),
  /** Of an agent without an account here, as are `topics` (all of them when left out) and `capacity`. */
  skills: Type.Optional(Skills),
  topics: Type.Optional(Type.Array(Id, { maxItems: 50 })),
  capacity: Type.Optional(Capacity),
  /** Seconds since the Unix epoch. A token that does not say when it was issued is revoked by any revocation. */
  iat: Type.Optional(Type.Number({ minimum: 0 })),
  exp: Type.Number(),
});

export type SiteClaims = Readonly<Static<typeof SiteClaims>>;
