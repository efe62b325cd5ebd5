import { createHash } from "node:crypto";
import { DeskError } from "../../lib/errors.js";
import { withinBytes } from "../../lib/fitting.js";
import { randomId } from "../../lib/ids.js";
import { BODIES_HTTP, type HttpBody } from "../../proto/http.js";
import type { Context } from "../context.js";
import { bearerOf, type HttpRequest } from "../request.js";
import type { Session } from "../session.js";
import type { Call } from "./call.js";
import { isSite, tokenFor } from "./sessions.js";

type Form = HttpBody<"offline">;
type Sender = Pick<Session, "tenant" | "user" | "voucher">;

/**
 * A message left by a form: a conversation that is offered once its topic is open. Its sender is the visitor whose token comes with the call,
 * else somebody new. With a `mid` of its own the call may be repeated: the same form is one conversation and one message.
 */
export const offline: Call<Form> = {
  method: "POST",
  path: /^\/v1\/offline$/,
  body: BODIES_HTTP.offline,
  open: true,
  async run(context, { request, fields }) {
    const { tenant, topic, text } = fields;
    await isSite(context, tenant, request);
    context.budgets.offline.take(request.address);
    const body = { text };
    withinBytes("body", body, context.limits.textBytes);
    const sender = (await visitorBehind(context, request, tenant)) ?? newcomer(fields);
    await introduce(context, sender, fields);
    const { c } = await context.router.openOffline(sender, topic === undefined ? {} : { topic });
    const session = await tokenFor(context, sender);
    const { durable } = await context.sending.append(await context.tokens.verify(session.token), {
      c,
      mid: shownMid(fields),
      kind: "text",
      body,
    });
    await durable;
    return { c, ...session };
  },
};

/** Whose token comes with the call, when it is a visitor's and good here: a form asks for none. */
async function visitorBehind({ tokens }: Context, request: HttpRequest, tenant: string): Promise<Session | undefined> {
  if (request.header("authorization") === undefined) return undefined;
  try {
    const session = await tokens.verify(bearerOf(request));
    return session.tenant === tenant && session.user.role === "visitor" ? session : undefined;
  } catch (error) {
    if (error instanceof DeskError && !error.retry) return undefined;
    throw error;
  }
}

/** The same form with the same mid is of the same visitor; only who knows all of it could ask for that one's token. */
function newcomer({ tenant, topic, name, contact, text, mid }: Form): Sender {
  const id = mid === undefined ? randomId("v") : digest("v", [tenant, topic, name, contact, text, mid]);
  return { tenant, user: { id, role: "visitor", name: name ?? "Visitor" } };
}

/** Agents are shown all the rest of a form with its message: were its mid there too, they could ask for the sender's token. */
function shownMid({ mid }: Form): string {
  return mid === undefined ? randomId("m") : digest("m", mid);
}

function digest(prefix: string, said: unknown): string {
  return `${prefix}_${createHash("sha256").update(JSON.stringify(said)).digest("base64url").slice(0, 22)}`;
}

/** How to reach the sender, among what is known of it. Durable when it resolves. */
async function introduce({ history, timeline, limits, clock }: Context, { tenant, user }: Sender, { contact, name }: Form): Promise<void> {
  const known = await history.visitor(tenant, user.id);
  const attributes = { ...known?.attributes, contact, ...(name === undefined ? {} : { name }) };
  withinBytes("attributes", attributes, limits.attributesBytes);
  const since = known?.since ?? clock.now();
  await timeline.record([{ t: "visitor", tenant, id: user.id, name: user.name, since, attributes }]);
}
