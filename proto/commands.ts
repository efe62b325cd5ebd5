import { type Static, type TSchema, Type } from "typebox";
import {
  Ask,
  Attributes,
  Capacity,
  Id,
  Limit,
  Position,
  Reason,
  Resume,
  Score,
  SENDS,
  Skills,
  Status,
  Title,
  Token,
  URL_CHARS_MAX,
} from "./shapes.js";

interface Op {
  readonly fields: TSchema;
  /** May be sent without an id, and is then not answered. */
  readonly quiet?: true;
}

const none = Type.Object({});
const conversation = Type.Object({ c: Id });

const Hello = Type.Object({
  token: Token,
  client: Type.Optional(Type.String({ maxLength: 100 })),
  resume: Type.Optional(Resume),
});
const Refresh = Type.Object({ token: Token });
const Open = Type.Object({ c: Type.Optional(Id), ask: Type.Optional(Ask), limit: Type.Optional(Limit) });
const Send = Type.Union([SENDS.text, SENDS.file, SENDS.card, SENDS.note, SENDS.recall]);
const MarkFields = Type.Object({ c: Id, got: Type.Optional(Position), read: Type.Optional(Position) });
const Typing = Type.Object({ c: Id, text: Type.Optional(Type.String({ maxLength: 1_000 })) });
const Visit = Type.Object({
  url: Type.String({ maxLength: URL_CHARS_MAX }),
  title: Type.Optional(Title),
  attributes: Type.Optional(Attributes),
});
const History = Type.Object({ c: Id, before: Type.Optional(Position), after: Type.Optional(Position), limit: Type.Optional(Limit) });
const Close = Type.Object({ c: Id, reason: Type.Optional(Reason) });
const Rate = Type.Object({ c: Id, score: Score, comment: Type.Optional(Reason) });
const StatusFields = Type.Object({ status: Status, capacity: Type.Optional(Capacity), skills: Type.Optional(Skills) });
const Accept = Type.Object({ c: Id, offer: Id });
const Decline = Type.Object({ c: Id, offer: Id, reason: Type.Optional(Reason) });
const Transfer = Type.Object({
  c: Id,
  to: Type.Object({ agent: Type.Optional(Id), topic: Type.Optional(Id), skills: Type.Optional(Skills) }),
  note: Type.Optional(Reason),
});
const Tag = Type.Object({
  c: Id,
  add: Type.Optional(Type.Array(Id, { maxItems: 50 })),
  remove: Type.Optional(Type.Array(Id, { maxItems: 50 })),
});
const Assign = Type.Object({ c: Id, agent: Id });
const Queue = Type.Object({ watch: Type.Optional(Type.Boolean()) });
const Ban = Type.Object({ user: Id, until: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })) });

/** Every command of the protocol: its fields beside `op` and `id`. */
export const OPS = {
  hello: { fields: Hello },
  refresh: { fields: Refresh },
  ping: { fields: none },
  open: { fields: Open },
  leave: { fields: conversation },
  send: { fields: Send },
  mark: { fields: MarkFields, quiet: true },
  typing: { fields: Typing, quiet: true },
  visit: { fields: Visit, quiet: true },
  history: { fields: History },
  close: { fields: Close },
  rate: { fields: Rate },
  status: { fields: StatusFields },
  inbox: { fields: none },
  accept: { fields: Accept },
  decline: { fields: Decline },
  transfer: { fields: Transfer },
  hold: { fields: conversation },
  unhold: { fields: conversation },
  wrapped: { fields: conversation },
  tag: { fields: Tag },
  assign: { fields: Assign },
  queue: { fields: Queue },
  explain: { fields: conversation },
  ban: { fields: Ban },
} as const satisfies Record<string, Op>;

export type OpName = keyof typeof OPS;

/** The fields of one command, as its handler gets them. */
export type Fields<Name extends OpName> = Readonly<Static<(typeof OPS)[Name]["fields"]>>;
