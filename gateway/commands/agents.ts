import { ban as banVisitor, formerIds } from "../bans.js";
import { DONE, reply } from "../reply.js";
import type { Handler } from "./command.js";

/** Sets whether, and how much, this agent works. */
export const status: Handler<"status"> = async ({ router }, { session, id }, { status, capacity, skills }) =>
  reply(await router.status(session, { status, session: id, ...(capacity === undefined ? {} : { capacity }), ...(skills && { skills }) }));

/** What this agent holds and is offered. */
export const inbox: Handler<"inbox"> = async ({ router, inboxes, clock }, { session }) =>
  reply(await inboxes.inbox(session, await router.inbox(session), clock.now()));

/** Takes an offered conversation and shows it. */
export const accept: Handler<"accept"> = async ({ router, opening }, client, { c, offer }) => {
  await router.accept(client.session, c, offer);
  return opening.open(client, c, undefined);
};

/** Lets an offer go to somebody else. */
export const decline: Handler<"decline"> = async ({ router }, { session }, { c, offer, reason }) => {
  await router.decline(session, c, offer, reason);
  return DONE;
};

/** Hands a conversation on; this agent is rid of it at once. */
export const transfer: Handler<"transfer"> = async ({ router }, { session }, { c, to, note }) => {
  const { agent, topic, skills } = to;
  const target = { ...(agent === undefined ? {} : { agent }), ...(topic === undefined ? {} : { topic }), ...(skills && { skills }) };
  await router.transfer(session, c, target, note);
  return DONE;
};

/** Gives a conversation to an agent without asking it; whoever takes one for itself is shown it. */
export const assign: Handler<"assign"> = async ({ router, opening }, client, { c, agent }) => {
  const { session } = client;
  const taker = agent === "me" ? session.user.id : agent;
  await router.assign(session, c, taker);
  return taker === session.user.id ? opening.open(client, c, undefined) : DONE;
};

/** Marks a conversation for the desk's own use; answers all its tags. */
export const tag: Handler<"tag"> = async ({ tags }, { session }, { c, add, remove }) =>
  reply({ tags: await tags.change(session, c, { ...(add && { add }), ...(remove && { remove }) }) });

/** Who waits. With `watch`, changes are announced from now on. */
export const queue: Handler<"queue"> = async ({ router, roster }, client, { watch }) => {
  if (watch !== undefined) roster.watch(client, watch);
  return reply(await router.queue(client.session));
};

/** Why a conversation is where it is. */
export const explain: Handler<"explain"> = async ({ router }, { session }, { c }) => {
  return reply({ decisions: await router.explain(session.tenant, c) });
};

/** Keeps a visitor out, also as whom it was before it was known. */
export const ban: Handler<"ban"> = async ({ directory, history }, { session: { tenant } }, { user, until }) => {
  const keepOut = (id: string) => banVisitor(directory, { tenant, user: id, ...(until === undefined ? {} : { until }) });
  await keepOut(user);
  for (const id of await formerIds(history, tenant, user)) await keepOut(id);
  return DONE;
};
