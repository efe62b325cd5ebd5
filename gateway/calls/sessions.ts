import { refuse } from "../../lib/errors.js";
import { withinBytes } from "../../lib/fitting.js";
import { randomId } from "../../lib/ids.js";
import { BODIES_HTTP, type HttpBody, type SessionAnswer } from "../../proto/http.js";
import type { Party } from "../../proto/message.js";
import type { Context } from "../context.js";
import { bearerOf, type HttpRequest, pageOf } from "../request.js";
import { isSame, type Session } from "../session.js";
import { invalidToken } from "../token-error.js";
import type { Call } from "./call.js";

/** A visitor session for whoever comes; with a token of the site, for the visitor it vouches for. */
export const visitors: Call<HttpBody<"visitors">> = {
  method: "POST",
  path: /^\/v1\/visitors$/,
  body: BODIES_HTTP.visitors,
  open: true,
  async run(context, { request, fields: { tenant, name, attributes, token } }) {
    await isSite(context, tenant, request);
    context.budgets.visitors.take(request.address);
    withinBytes("attributes", attributes ?? {}, context.limits.attributesBytes);
    if (token !== undefined) return known(context, tenant, token, attributes);
    const user: Party = { id: randomId("v"), role: "visitor", name: name ?? "Visitor" };
    const since = context.clock.now();
    await context.timeline.record([{ t: "visitor", tenant, id: user.id, name: user.name, since, ...(attributes && { attributes }) }]);
    return tokenFor(context, { tenant, user });
  },
};

export const login: Call<HttpBody<"login">> = {
  method: "POST",
  path: /^\/v1\/login$/,
  body: BODIES_HTTP.login,
  open: true,
  async run(context, { request, fields: { tenant, username, password } }) {
    await mayCome(context, tenant, request);
    const user = await context.accounts.login({ tenant, username, address: request.address }, password);
    return tokenFor(context, { tenant, user });
  },
};

/** A new token for an old one; a visitor's may have run out days ago. With a token of the site, for who the visitor turned out to be. */
export const refresh: Call<HttpBody<"refresh">> = {
  method: "POST",
  path: /^\/v1\/refresh$/,
  body: BODIES_HTTP.refresh,
  bare: true,
  open: true,
  async run(context, { request, fields: { token } }) {
    const before = await context.tokens.refreshable(bearerOf(request));
    await mayCome(context, before.tenant, request);
    if (token === undefined) return tokenFor(context, before);
    const session = await context.tokens.verify(token);
    if (!isSame(session, before)) await context.visitors.identify(before, session);
    return tokenFor(context, session);
  },
};

/** Every token of this user that was issued until now is worth nothing. */
export const logout: Call = {
  method: "POST",
  path: /^\/v1\/logout$/,
  async run({ directory, clock }, { session: { tenant, user, issued_at } }) {
    // The clock of a site that signed it may be ahead of ours.
    await directory.revoke(tenant, user.id, Math.max(clock.now(), issued_at));
    return {};
  },
};

/** A visitor that its site vouches for, on whichever device. */
async function known(context: Context, tenant: string, token: string, attributes?: HttpBody<"visitors">["attributes"]) {
  const session = await context.tokens.verify(token);
  if (session.tenant !== tenant || session.voucher === undefined) throw invalidToken();
  if (session.user.role !== "visitor") return refuse("forbidden", "This token is not a visitor's; say hello with it.");
  await context.visitors.remember(session, attributes);
  return tokenFor(context, session);
}

/** An agent without an account here gets every token of its site, which so remains the one who decides. */
export async function tokenFor(
  { tokens }: Context,
  { tenant, user, voucher }: Pick<Session, "tenant" | "user" | "voucher">,
): Promise<SessionAnswer> {
  if (voucher !== undefined && user.role !== "visitor") return refuse("forbidden", "Ask the site for a new token of its own.");
  const { token, expires_at } = await tokens.issue(tenant, user, voucher);
  return { token, user, expires_at };
}

export async function isSite(context: Context, tenant: string, request: HttpRequest): Promise<void> {
  const site = await context.directory.get("tenant", "", tenant);
  if (!site || site.disabled) return refuse("not_found", "There is no such tenant.");
  await mayCome(context, tenant, request);
}

async function mayCome({ origins }: Context, tenant: string, request: HttpRequest): Promise<void> {
  await origins.admit(tenant, pageOf(request));
}
