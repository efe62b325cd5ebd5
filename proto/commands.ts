import { type Static, type TSchema, Type } from "typebox";
import type { Role, SentKind } from "./message.js";
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

/** Who may give a command at all; what it may be given on is decided where the conversation is known. */
export type Callers = "everyone" | "visitors" | "agents" | "supervisors";

interface Op {
  readonly callers: Callers;
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

/** Every command of the protocol: who may give it, and its fields beside `op` and `id`. */
export const OPS = {
  hello: { callers: "everyone", fields: Hello },
  refresh: { callers: "everyone", fields: Refresh },
  ping: { callers: "everyone", fields: none },
  open: { callers: "everyone", fields: Open },
  leave: { callers: "everyone", fields: conversation },
  send: { callers: "everyone", fields: Send },
  mark: { callers: "everyone", fields: MarkFields, quiet: true },
  typing: { callers: "everyone", fields: Typing, quiet: true },
  visit: { callers: "visitors", fields: Visit, quiet: true },
  history: { callers: "everyone", fields: History },
  close: { callers: "everyone", fields: Close },
  rate: { callers: "visitors", fields: Rate },
  status: { callers: "agents", fields: StatusFields },
  inbox: { callers: "agents", fields: none },
  accept: { callers: "agents", fields: Accept },
  decline: { callers: "agents", fields: Decline },
  transfer: { callers: "agents", fields: Transfer },
  hold: { callers: "agents", fields: conversation },
  unhold: { callers: "agents", fields: conversation },
  wrapped: { callers: "agents", fields: conversation },
  tag: { callers: "agents", fields: Tag },
  assign: { callers: "agents", fields: Assign },
  queue: { callers: "agents", fields: Queue },
  explain: { callers: "agents", fields: conversation },
  ban: { callers: "supervisors", fields: Ban },
} as const satisfies Record<string, Op>;

export type OpName = keyof typeof OPS;

/** The fields of one command, as its handler gets them. */
export type Fields<Name extends OpName> = Readonly<Static<(typeof OPS)[Name]["fields"]>>;

export function mayCall(op: OpName, role: Role): boolean {
  switch (OPS[op].callers as Callers) {
    case "everyone":
      return true;
    case "visitors":
      return role === "visitor";
    case "agents":
      return role !== "visitor";
    case "supervisors":
      return role === "supervisor";
  }
}

const VISITORS_SEND: ReadonlySet<string> = new Set<SentKind>(["text", "file", "recall"]);
const BOTS_SEND: ReadonlySet<string> = new Set<SentKind>(["text", "file", "card", "recall"]);

/** Visitors send no cards, and only people at the desk write notes. */
export function maySend(kind: string, role: Role): boolean {
  if (role === "visitor") return VISITORS_SEND.has(kind);
  return role === "bot" ? BOTS_SEND.has(kind) : role !== "system";
}
