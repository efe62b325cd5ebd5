import { Type } from "typebox";
import { compiled } from "../proto/check.js";
import { Attributes, Id, Mid, Milliseconds, Position } from "../proto/shapes.js";

/**
 * What a record must be so that it can be stored and read back. A record that is not goes to the dead letters: one row that no store takes
 * would hold up its whole partition for ever.
 */
const Text = Type.String();
const Version = Milliseconds;
const Party = Type.Object({ id: Id, role: Text, name: Text });
const Authority = Type.Object({
  version: Version,
  state: Text,
  topic: Text,
  visitor: Party,
  assignee: Type.Optional(Id),
  members: Type.Array(Party),
});

const entry = Type.Object({
  ...{ tenant: Id, c: Id, pos: Position, ts: Milliseconds, from: Id, mid: Mid, kind: Text },
  ...{ audience: Type.Union([Type.Literal("all"), Type.Literal("agents")]), frame: Text, authority: Type.Optional(Authority) },
});
const mark = Type.Object({ tenant: Id, c: Id, user: Id, got: Type.Optional(Position), read: Type.Optional(Position) });
const visitor = Type.Object({
  ...{ tenant: Id, id: Id, name: Type.Optional(Text), attributes: Type.Optional(Attributes) },
  ...{ url: Type.Optional(Text), title: Type.Optional(Text), since: Type.Optional(Milliseconds) },
});
const decision = Type.Object({ tenant: Id, c: Id, decision: Type.Object({ id: Id, at: Milliseconds }) });

export const STORABLE = { entry: compiled(entry), mark: compiled(mark), visitor: compiled(visitor), decision: compiled(decision) } as const;

/** Enough of a damaged entry to say whose place it takes. */
export const PLACED = compiled(Type.Object({ tenant: Id, c: Id, pos: Position }));
