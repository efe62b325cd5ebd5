import { type Static, Type } from "typebox";
import { Ask, Attributes, Id, Name, RandomMid, Token } from "./shapes.js";

/** Bodies of the HTTP calls. `POST /v1/messages` has the fields of `send`. */
export const BODIES_HTTP = {
  visitors: Type.Object({ tenant: Id, name: Type.Optional(Name), attributes: Type.Optional(Attributes), token: Type.Optional(Token) }),
  login: Type.Object({ tenant: Id, username: Id, password: Type.String({ minLength: 1, maxLength: 1_000 }) }),
  /** A site's token says who the visitor of the bearer token is. */
  refresh: Type.Object({ token: Type.Optional(Token) }),
  conversations: Type.Object({ ask: Ask }),
  /** `op` and its fields, as in a frame. */
  commands: Type.Object({ op: Type.String() }, { additionalProperties: true }),
  offline: Type.Object({
    tenant: Id,
    topic: Type.Optional(Id),
    name: Type.Optional(Name),
    contact: Type.String({ minLength: 1, maxLength: 320 }),
    text: Type.String({ minLength: 1 }),
    /** The same form under the same one is left once. Random, since who knows it and the form could read the answer. */
    mid: Type.Optional(RandomMid),
  }),
} as const;

export type HttpBody<Name extends keyof typeof BODIES_HTTP> = Readonly<Static<(typeof BODIES_HTTP)[Name]>>;

/** Longest wait for a newer entry that `wait_ms` may ask for. */
export const WAIT_MS_MAX = 25_000;

/** The answer of visitors, login and refresh. */
export interface SessionAnswer {
  readonly token: string;
  readonly user: { readonly id: string; readonly role: string; readonly name: string };
  readonly expires_at: number;
}
