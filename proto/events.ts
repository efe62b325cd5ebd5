import { Type } from "typebox";
import { Ask, Attributes, Id, Milliseconds, Name, Position, Status } from "./shapes.js";

/** Everything the server says unasked, by `ev`. Clients tolerate events, kinds and fields they do not know. */
const Text = Type.String();
const Role = Type.Union(["visitor", "agent", "supervisor", "bot", "system"].map((role) => Type.Literal(role)));
const Visitor = Type.Object({
  id: Id,
  name: Name,
  attributes: Type.Optional(Attributes),
  url: Type.Optional(Text),
  title: Type.Optional(Text),
  since: Type.Optional(Milliseconds),
});
const EndReason = Type.Union(["accepted", "declined", "timeout", "rescinded"].map((reason) => Type.Literal(reason)));
const Assignment = { c: Id, reason: Text, version: Type.Integer({ minimum: 1 }) };

export const EVENTS = {
  message: Type.Object({
    ev: Type.Literal("message"),
    c: Id,
    pos: Position,
    ts: Milliseconds,
    mid: Text,
    from: Type.Object({ id: Id, role: Role, name: Text }),
    kind: Text,
    body: Type.Record(Type.String(), Type.Unknown()),
  }),
  skip: Type.Object({ ev: Type.Literal("skip"), c: Id, pos: Position }),
  gap: Type.Object({ ev: Type.Literal("gap"), c: Id, after: Position, head: Position }),
  mark: Type.Object({ ev: Type.Literal("mark"), c: Id, user: Id, got: Type.Optional(Position), read: Type.Optional(Position) }),
  typing: Type.Object({ ev: Type.Literal("typing"), c: Id, user: Id, text: Type.Optional(Text) }),
  presence: Type.Object({ ev: Type.Literal("presence"), c: Id, user: Id, online: Type.Boolean() }),
  queue: Type.Object({ ev: Type.Literal("queue"), c: Id, position: Type.Integer({ minimum: 1 }), eta_ms: Milliseconds }),
  offer: Type.Object({
    ev: Type.Literal("offer"),
    c: Id,
    offer: Id,
    expires_ms: Milliseconds,
    visitor: Visitor,
    ask: Ask,
    waited_ms: Milliseconds,
  }),
  offer_end: Type.Object({ ev: Type.Literal("offer_end"), c: Id, offer: Id, reason: EndReason }),
  assigned: Type.Object({ ev: Type.Literal("assigned"), ...Assignment }),
  released: Type.Object({ ev: Type.Literal("released"), ...Assignment }),
  status: Type.Object({ ev: Type.Literal("status"), status: Status, reason: Text }),
  queue_changed: Type.Object({ ev: Type.Literal("queue_changed") }),
  goaway: Type.Object({
    ev: Type.Literal("goaway"),
    reason: Type.Union([Type.Literal("drain"), Type.Literal("rebalance")]),
    reconnect_in_ms: Milliseconds,
  }),
} as const;

export type EventName = keyof typeof EVENTS;
