import { type TSchema, Type } from "typebox";
import type { OpName } from "./commands.js";
import { Id, Milliseconds, Position } from "./shapes.js";
import { AGENT_STATUS, Decision, Held, Limits, Member, Messages, Offer, Party, QUEUE_VIEW, QueuePlace, State, WireError } from "./shown.js";

/** What each command does, in a sentence, and the fields of its reply beside `re`. */
const result = (description: string, fields: Readonly<Record<string, TSchema>> = {}) => Type.Object(fields, { description });

/** A conversation as it is shown anew. */
const shown = {
  ...{ c: Id, state: State, head: Position, messages: Messages, complete: Type.Boolean(), members: Type.Array(Member) },
  ...{ assignee: Type.Optional(Id), tags: Type.Optional(Type.Array(Id)), queue: Type.Optional(QueuePlace) },
};

const Resumed = Type.Union([Type.Object({ head: Position, gap: Type.Optional(Type.Literal(true)) }), Type.Object({ error: WireError })]);

export const SESSION = { user: Party, tenant: Id, now: Milliseconds, expires_at: Milliseconds, ping_ms: Milliseconds, limits: Limits };

export const PAGE = {
  messages: Messages,
  more: Type.Boolean(),
  incomplete: Type.Optional(Type.Array(Type.Tuple([Position, Position]))),
};

export const SENT = { pos: Position, ts: Milliseconds, dup: Type.Optional(Type.Literal(true)) };

const Assigned = Type.Union([Type.Object(shown), Type.Object({})], {
  description: "Gives a conversation to an agent, or takes it over: with `me` the reply shows it, as to `open`.",
});

export const REPLIES = {
  hello: result("Says who speaks, and resumes what was open. The first frame of every connection.", {
    ...{ session: Id, node: Id, ...SESSION, resumed: Type.Record(Type.String(), Resumed) },
  }),
  refresh: result("Puts a fresh token in the place of one that runs out, on the same connection.", {
    user: Party,
    expires_at: Milliseconds,
  }),
  ping: result("Asks whether the server is there, and how far each conversation that is open on this socket was delivered.", {
    ...{ now: Milliseconds, heads: Type.Record(Type.String(), Position) },
  }),
  open: result("Shows a conversation and attaches this socket to it. Give either `c` or, as a visitor, `ask`.", shown),
  leave: result("Detaches this socket from a conversation."),
  send: result("Says something. The reply means that it is durable.", SENT),
  mark: result("Says how far the sender has received (`got`) and read (`read`). Give at least one of them."),
  typing: result("Shows that the sender is typing; only agents are shown the text."),
  visit: result("Says on which page the visitor is."),
  history: result("A page of what was said. Give `before`, `after` or neither.", PAGE),
  close: result("Ends a conversation.", { pos: Position }),
  rate: result("Says how it was, from 1 to 5."),
  status: result("Sets whether and how much the agent works.", AGENT_STATUS),
  inbox: result("What the agent holds and is offered.", { ...AGENT_STATUS, conversations: Type.Array(Held), offers: Type.Array(Offer) }),
  accept: result("Takes an offered conversation and shows it, as `open` does.", shown),
  decline: result("Lets an offer go to somebody else."),
  transfer: result("Hands a conversation on: to an agent, or to a topic and skills. The sender is rid of it at once."),
  hold: result("Puts a conversation on hold."),
  unhold: result("Goes on with a conversation on hold."),
  wrapped: result("Ends the wrap-up after a closed conversation: the agent has room again."),
  tag: result("Adds and removes tags; answers all of them.", { tags: Type.Array(Id) }),
  assign: Assigned,
  queue: result("Who waits. With `watch` changes are announced by `queue_changed`.", QUEUE_VIEW),
  explain: result("Why a conversation is where it is: what was decided, and who was passed over for which reason.", {
    decisions: Type.Array(Decision),
  }),
  ban: result("Keeps a visitor out, until a time or for good."),
} as const satisfies Record<OpName, TSchema>;

/** In place of a result. */
export const Refused = Type.Object({ error: WireError });
