import { Type } from "typebox";
import { ERRORS } from "./codes.js";
import { Ask, Attributes, BODIES, Capacity, Id, Milliseconds, Name, Position, Score, Skills, Status } from "./shapes.js";

/** The shapes that replies, events and HTTP answers are made of. Clients tolerate fields, kinds and words they do not know. */

const Text = Type.String();
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const words = (...list: readonly string[]) => Type.Union(list.map((word) => Type.Literal(word)));

export const Role = words("visitor", "agent", "supervisor", "bot", "system");
export const State = words("queued", "offered", "active", "hold", "wrapup", "closed");
export const Party = Type.Object({ id: Id, role: Role, name: Text });

/** As agents are shown it. */
export const Visitor = Type.Object({
  id: Id,
  name: Name,
  attributes: Type.Optional(Attributes),
  url: Type.Optional(Text),
  title: Type.Optional(Text),
  since: Type.Optional(Milliseconds),
});

export const Member = Type.Object({
  ...{ id: Id, role: Role, name: Text, online: Type.Boolean() },
  ...{ got: Type.Optional(Position), read: Type.Optional(Position) },
});

export const QueuePlace = Type.Object({ position: Type.Integer({ minimum: 1 }), eta_ms: Milliseconds });

/** The `error` of a reply, and of one conversation that could not be resumed. */
export const WireError = Type.Object({
  code: words(...Object.keys(ERRORS)),
  message: Text,
  retry: Type.Optional(Type.Literal(true)),
  retry_after_ms: Type.Optional(Milliseconds),
});

export const ROUTING_EVENTS = [
  ...["queued", "offered", "declined", "missed", "rescinded", "assigned", "released", "held", "unheld", "transferred"],
  ...["wrapup", "closed", "reopened", "identified", "barrier", "asserted"],
] as const;

const Routing = Type.Object({
  event: words(...ROUTING_EVENTS),
  reason: Text,
  state: State,
  assignee: Type.Optional(Id),
  to: Type.Optional(Type.Object({ agent: Type.Optional(Id), topic: Type.Optional(Id), skills: Type.Optional(Skills) })),
  visitor: Type.Optional(Party),
  version: Type.Optional(Type.Integer({ minimum: 1 })),
});

const Rated = Type.Object({ code: Type.Literal("rated"), score: Score, comment: Type.Optional(Text) });
const Tagged = Type.Object({ code: Type.Literal("tagged"), by: Id, add: Type.Array(Id), remove: Type.Array(Id) });

/** What an entry carries, by kind: what clients send, and what only Deskwire writes. */
export const BODIES_SHOWN = { ...BODIES, routing: Routing, system: Type.Union([Rated, Tagged]) } as const;

/** In place of the body of what its sender withdrew. */
export const Recalled = Type.Object({ recalled: Type.Literal(true) });

const said = {
  c: Id,
  pos: Position,
  ts: Milliseconds,
  mid: Text,
  from: Party,
  kind: Text,
  body: Type.Record(Type.String(), Type.Unknown()),
};

/** One entry of a conversation: the event and the element of a page. */
export const Message = Type.Object({ ev: Type.Literal("message"), ...said }, { description: "Something entered the conversation." });

/** In a page: an entry that this reader may not see, or that cannot be read. */
export const Hidden = Type.Object({ pos: Position, kind: Type.Literal("hidden") });

export const Messages = Type.Array(Type.Union([Message, Hidden]));

export const Offer = Type.Object({ c: Id, offer: Id, expires_ms: Milliseconds, visitor: Visitor, ask: Ask, waited_ms: Milliseconds });

/** A conversation that the asking agent holds. */
export const Held = Type.Object({
  ...{ c: Id, state: State, head: Position, visitor: Visitor, ask: Ask, assigned_at: Milliseconds },
  ...{ last: Type.Optional(Message), unread: Count, waiting_ms: Milliseconds },
});

export const Decision = Type.Object({
  ...{ id: Text, at: Milliseconds, event: Text, reason: Text, policy: Text, version: Type.Optional(Count), agent: Type.Optional(Id) },
  passed: Type.Optional(Type.Array(Type.Object({ agent: Id, reason: Text }))),
  detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

/** What holds for an agent over all its devices. */
export const AGENT_STATUS = { status: Status, capacity: Capacity, load: Count };

export const Limits = Type.Object({
  ...{ frame_bytes: Count, text_bytes: Count, in_flight: Count, sends_per_s: Count, history_max: Count },
});

export const Waiting = Type.Object({
  ...{ c: Id, topic: Id, visitor: Party, priority: Type.Integer(), waited_ms: Milliseconds, state: State },
});

/** A conversation in a list. */
export const Row = Type.Object({
  ...{ c: Id, state: State, topic: Id, visitor: Party, head: Position, opened_at: Milliseconds, updated_at: Milliseconds },
  ...{ assignee: Type.Optional(Id), tags: Type.Optional(Type.Array(Id)) },
  ...{ closed_at: Type.Optional(Milliseconds), closed_reason: Type.Optional(Text) },
  rating: Type.Optional(Type.Object({ score: Score, comment: Type.Optional(Text) })),
  last: Type.Optional(Type.Object({ ts: Milliseconds, from: Party, kind: Text, text: Text, recalled: Type.Optional(Type.Literal(true)) })),
});

export const QUEUE_VIEW = {
  topics: Type.Array(Type.Object({ topic: Id, waiting: Count, oldest_ms: Milliseconds })),
  waiting: Type.Optional(Type.Array(Waiting)),
  agents: Type.Optional(Type.Array(Type.Object({ id: Id, name: Text, ...AGENT_STATUS }))),
};
