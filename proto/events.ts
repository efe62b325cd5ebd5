import { Type } from "typebox";
import { Id, Milliseconds, Position, Status } from "./shapes.js";
import { Message, Offer, QueuePlace } from "./shown.js";

/** Everything the server says unasked, by `ev`. Clients tolerate events, kinds and fields they do not know. */
const Text = Type.String();
const EndReason = Type.Union(["accepted", "declined", "timeout", "rescinded"].map((reason) => Type.Literal(reason)));
const Assignment = { c: Id, reason: Text, version: Type.Integer({ minimum: 1 }) };

export const EVENTS = {
  message: Message,
  skip: Type.Object(
    { ev: Type.Literal("skip"), c: Id, pos: Position },
    { description: "Something entered the conversation that this reader may not see." },
  ),
  gap: Type.Object(
    { ev: Type.Literal("gap"), c: Id, after: Position, head: Position },
    { description: "What follows `after` could not be replayed: ask `history`. The reader goes on at `head`." },
  ),
  mark: Type.Object(
    { ev: Type.Literal("mark"), c: Id, user: Id, got: Type.Optional(Position), read: Type.Optional(Position) },
    { description: "How far somebody has received and read. Coalesced; never moves back." },
  ),
  typing: Type.Object(
    { ev: Type.Literal("typing"), c: Id, user: Id, text: Type.Optional(Text) },
    { description: "Somebody is typing; agents are shown the text." },
  ),
  presence: Type.Object(
    { ev: Type.Literal("presence"), c: Id, user: Id, online: Type.Boolean() },
    { description: "Somebody came or went." },
  ),
  queue: Type.Object(
    { ev: Type.Literal("queue"), c: Id, ...QueuePlace.properties },
    { description: "The place in line of a conversation that waits." },
  ),
  visit: Type.Object(
    { ev: Type.Literal("visit"), c: Id, user: Id, url: Text, title: Type.Optional(Text) },
    { description: "On which page the visitor is; to agents who have its conversation open." },
  ),
  offer: Type.Object({ ev: Type.Literal("offer"), ...Offer.properties }, { description: "A conversation is offered to this agent." }),
  offer_end: Type.Object({ ev: Type.Literal("offer_end"), c: Id, offer: Id, reason: EndReason }, { description: "An offer is over." }),
  assigned: Type.Object({ ev: Type.Literal("assigned"), ...Assignment }, { description: "This agent holds a conversation from now on." }),
  released: Type.Object({ ev: Type.Literal("released"), ...Assignment }, { description: "This agent no longer holds a conversation." }),
  status: Type.Object(
    { ev: Type.Literal("status"), status: Status, reason: Text },
    { description: "The agent's status was changed by the server, or on another of its devices." },
  ),
  queue_changed: Type.Object({ ev: Type.Literal("queue_changed") }, { description: "What `queue` shows is not as it was: ask again." }),
  goaway: Type.Object(
    {
      ev: Type.Literal("goaway"),
      reason: Type.Union([Type.Literal("drain"), Type.Literal("rebalance")]),
      reconnect_in_ms: Milliseconds,
    },
    { description: "This client's own time to reconnect: go on working until then, then close and connect anew." },
  ),
} as const;

export type EventName = keyof typeof EVENTS;
