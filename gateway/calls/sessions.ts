import { refuse } from "../../lib/errors.js";
import { withinBytes } from "../../lib/fitting.js";
import { randomId } from "../../lib/ids.js";
import { BODIES_HTTP, type HttpBody, type SessionAnswer } from "../../proto/http.js";
import type { Party } from "../../proto/message.js";
import type { Context } from "../context.js";
import { bearerOf, type HttpRequest } from "../request.js";
import type { Call } from "./call.js";

/** A visitor session for whoever comes. */
export const visitors: Call<HttpBody<"visitors">> = {
  method: "POST",
  path: /^\/v1\/visitors$/,
  body: BODIES_HTTP.visitors,
  open: true,
  async run(context, { request, fields: { tenant, name, attributes, token } }) {
    await isSite(context, tenant, request);
    if (token !== undefined) return refuse("unsupported", "This server does not take the site's own tokens yet.");
    withinBytes("attributes", attributes ?? {}, context.limits.attributesBytes);
    const user: Party = { id: randomId("v"), role: "visitor", name: name ?? "Visitor" };
    const since = context.clock.now();
    await context.timeline.record([{ t: "visitor", tenant, id: user.id, name: user.name, since, ...(attributes && { attributes }) }]);
    return session(context, tenant, user);
  },
};

export const login: Call<HttpBody<"login">> = {
  method: "POST",
  path: /^\/v1\/login$/,
  body: BODIES_HTTP.login,
  open: true,
  async run(context, { request, fields: { tenant, username, password } }) {
    const user = await context.accounts.login(tenant, username, password);
    await mayCome(context, tenant, request);
    return session(context, tenant, user);
  },
};

/** A new token for an old one; a visitor's may have run out days ago. */
export const refresh: Call = {
  method: "POST",
  path: /^\/v1\/refresh$/,
  open: true,
  async run(context, { request }) {
    const { tenant, user } = await context.tokens.refreshable(bearerOf(request));
    await mayCome(context, tenant, request);
    return session(context, tenant, user);
  },
};

/** Every token of this user that was issued until now is worth nothing. */
export const logout: Call = {
  method: "POST",
  path: /^\/v1\/logout$/,
  async run({ directory, clock }, { session: { tenant, user } }) {
    await directory.revoke(tenant, user.id, clock.now());
    return {};
  },
};

async function session({ tokens }: Context, tenant: string, user: Party): Promise<SessionAnswer> {
  const { token, expires_at } = await tokens.issue(tenant, user);
  return { token, user, expires_at };
}

async function isSite(context: Context, tenant: string, request: HttpRequest): Promise<void> {
  const site = await context.directory.get("tenant", "", tenant);
  if (!site || site.disabled) return refuse("not_found", "There is no such tenant.");
  await mayCome(context, tenant, request);
}

async function mayCome({ origins }: Context, tenant: string, request: HttpRequest): Promise<void> {
  if (!(await origins.allows(tenant, request.header("origin"), request.header("host"))))
    return refuse("forbidden", "This page may not speak for the tenant.");
}
