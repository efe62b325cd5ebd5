import { refuse } from "../../lib/errors.js";
import { eventFrame } from "../../proto/frames.js";
import { BEGINNING, compare, type Position } from "../../proto/position.js";
import type { Client } from "../client.js";
import type { Context } from "../context.js";
import { encodePage } from "../reading.js";
import { DONE, reply } from "../reply.js";
import { isSame } from "../session.js";
import type { Handler } from "./command.js";

/** Takes a fresh token of the same user; one of the site says who a visitor is that nobody knew. */
export const refresh: Handler<"refresh"> = async ({ tokens, visitors, opening }, client, { token }) => {
  const session = await tokens.verify(token);
  if (isSame(session, client.session)) client.admit(session);
  else {
    await client.settled();
    const before = client.session;
    await visitors.identify(before, session);
    if (client.session.user !== before.user) refuse("forbidden", "The site has said who this is already.");
    client.admit(session);
    opening.identified(client);
    // What it said before is in history as somebody else's: it must be answered first, or a retry would come twice.
    await client.settled();
  }
  return reply({ user: session.user, expires_at: session.expires_at });
};

/** Says that the server is there, and how far each open conversation was delivered. */
export const ping: Handler<"ping"> = async ({ clock }, { readers }) => {
  const delivered = [...readers].flatMap(([c, reader]) => (reader.delivered ? [[c, reader.delivered]] : []));
  return reply({ now: clock.now(), heads: Object.fromEntries(delivered) });
};

/** Shows a conversation and attaches this socket to it; a visitor may ask for one. */
export const open: Handler<"open"> = async ({ router, opening }, client, { c, ask, limit }) => {
  const { tenant, user } = client.session;
  if (c !== undefined) return opening.open(client, c, limit);
  if (user.role !== "visitor") return refuse("forbidden", "Only visitors ask for a conversation.");
  const opened = await router.open({ tenant, user }, ask ?? {});
  return opening.open(client, opened.c, limit);
};

/** Detaches. */
export const leave: Handler<"leave"> = async ({ opening }, client, { c }) => {
  opening.leave(client, c);
  return DONE;
};

/** Says something. The reply means durable. */
export const send: Handler<"send"> = async ({ sending }, client, fields) => {
  const { dup, durable } = await client.sends.run(fields.c, () => sending.append(client.session, fields));
  const { pos, ts } = await durable;
  return reply({ pos, ts, ...(dup && { dup }) });
};

/** Moves the sender's marks forward, for those who look on. */
export const mark: Handler<"mark"> = async (context, client, { c, got, read }) => {
  const { timeline } = context;
  const head = await reach(context, client, c);
  for (const pos of [got, read] as (Position | undefined)[])
    if (pos && compare(pos, head) > 0) return refuse("bad_request", "A mark is beyond the conversation's head.");
  const { tenant, user } = client.session;
  await timeline.mark(tenant, c, { user: user.id, ...(got && { got }), ...(read && { read }) }, client.id);
  return DONE;
};

/** Shows that the sender types. */
export const typing: Handler<"typing"> = async (context, client, { c, text }) => {
  await reach(context, client, c);
  const event = { ev: "typing", c, user: client.session.user.id, ...(text === undefined ? {} : { text }) };
  await context.timeline.signal(c, { frame: eventFrame(event), audience: "all", origin: client.id });
  return DONE;
};

/** Says on which page the visitor is. */
export const visit: Handler<"visit"> = async ({ visits }, client, fields) => {
  await visits.take(client, fields);
  return DONE;
};

/** A page of what was said. */
export const history: Handler<"history"> = async ({ reading }, { session }, { c, before, after, limit }) => {
  const page = await reading.page(session, {
    c,
    ...(before && { before: before as Position }),
    ...(after && { after: after as Position }),
    ...(limit === undefined ? {} : { limit }),
  });
  return { frame: (id) => `{"re":${id},${encodePage(page).slice(1)}` };
};

/** Ends a conversation. */
export const close: Handler<"close"> = async ({ router }, { session }, { c, reason }) => reply(await router.close(session, c, reason));

/** Says how it was. */
export const rate: Handler<"rate"> = async ({ router }, { session }, { c, score, comment }) => {
  await router.rate(session, c, score, comment);
  return DONE;
};

/** Marks and typing belong to what this socket has open; of a client without a socket, to what its user may read. Answers the head. */
async function reach({ readership, timeline, history }: Context, { readers, outlet, session }: Client, c: string): Promise<Position> {
  const reader = readers.get(c);
  if (reader) return reader.conversation.head;
  if (outlet.open) return refuse("not_found", "Open the conversation on this socket first.");
  await readership.admit(session, c);
  const life = await timeline.life(c);
  return life.at === "cold" ? ((await history.conversation(session.tenant, c))?.head ?? BEGINNING) : life.head;
}
