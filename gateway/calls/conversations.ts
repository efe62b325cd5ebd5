import { Type } from "typebox";
import type { Topic } from "../../directory/directory.js";
import { isOpen, opensAt } from "../../directory/hours.js";
import { refuse } from "../../lib/errors.js";
import { faultOfSend } from "../../proto/check.js";
import type { Fields } from "../../proto/commands.js";
import { BODIES_HTTP, type HttpBody, WAIT_MS_MAX } from "../../proto/http.js";
import type { Context } from "../context.js";
import { encodePage, type ReadPage } from "../reading.js";
import { pageOf } from "../request.js";
import type { Session } from "../session.js";
import type { Call } from "./call.js";
import { limitOf, positionOf } from "./query.js";

/** What everybody may know of a site. */
export const site: Call = {
  method: "GET",
  path: /^\/v1\/site\/([^/]+)$/,
  open: true,
  async run({ directory, origins, clock }, { request, parameters: [tenant = ""] }) {
    const row = await directory.get("tenant", "", tenant);
    if (!row || row.disabled) return refuse("not_found", "There is no such tenant.");
    await origins.admit(tenant, pageOf(request));
    const topics = (await directory.list("topic", tenant)).filter(({ value }) => !value.disabled);
    return {
      ...{ tenant, name: row.name, languages: row.languages, default_topic: row.default_topic, theme: row.theme ?? {}, forms: {} },
      topics: topics.map(({ id, value }) => ({ id, name: value.name, ...standing(value, clock.now()) })),
    };
  },
};

function standing({ hours }: Topic, now: number): { readonly open: boolean; readonly opens_at?: number } {
  if (!hours || isOpen(hours, now)) return { open: true };
  const opens_at = opensAt(hours, now);
  return { open: false, ...(opens_at === undefined ? {} : { opens_at }) };
}

/** As `open {ask}`, without a socket. */
export const ask: Call<HttpBody<"conversations">> = {
  method: "POST",
  path: /^\/v1\/conversations$/,
  body: BODIES_HTTP.conversations,
  run: ({ router }, { session, fields }) => router.open(session, fields.ask),
};

/** As `history`; with `wait_ms` it answers on the first entry after `after`, and with an empty page when none came. */
export const messages: Call = {
  method: "GET",
  path: /^\/v1\/conversations\/([^/]+)\/messages$/,
  async run({ reading, waiting }, { session, parameters: [c = ""], request }) {
    const { query } = request;
    const before = positionOf(query, "before");
    const after = positionOf(query, "after");
    if (before && after) return refuse("bad_request", "Give before or after, not both.");
    const limit = limitOf(query);
    const wait_ms = waitOf(query);
    if (wait_ms !== undefined && !after) return refuse("bad_request", "wait_ms goes with after.");
    const asked = { c, ...(before && { before }), ...(after && { after }), ...(limit && { limit }) };
    const page = await reading.page(session, asked);
    if (!wait_ms || !after || !isEmpty(page)) return encodePage(page);
    await waiting.newer({ session, c, after, wait_ms, aborted: request.aborted });
    return encodePage(request.aborted?.aborted ? page : await reading.page(session, asked));
  },
};

/** As `explain`. */
export const explain: Call = {
  method: "GET",
  path: /^\/v1\/conversations\/([^/]+)\/explain$/,
  async run({ authorisation, router }, { session, parameters: [c = ""] }) {
    await authorisation.allow(session, { op: "explain", fields: { c } });
    return { decisions: await router.explain(session.tenant, c) };
  },
};

/** As `send`: the answer means durable. */
export const send: Call<Record<string, unknown>> = {
  method: "POST",
  path: /^\/(?:v1|api)\/messages$/,
  body: Type.Object({}),
  async run(context, { session, fields }) {
    const fault = faultOfSend(fields);
    if (fault !== undefined) return refuse("bad_request", fault);
    context.sendRates.take(session);
    return sent(context, session, fields as Fields<"send">);
  },
};

async function sent({ sending }: Context, session: Session, fields: Fields<"send">): Promise<object> {
  const { dup, durable } = await sending.append(session, fields);
  const { pos, ts } = await durable;
  return { pos, ts, ...(dup && { dup }) };
}

function isEmpty({ messages, more, incomplete }: ReadPage): boolean {
  return messages.length === 0 && !more && incomplete.length === 0;
}

function waitOf(query: URLSearchParams): number | undefined {
  const text = query.get("wait_ms");
  if (text === null) return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > WAIT_MS_MAX)
    return refuse("bad_request", `wait_ms must be a whole number up to ${WAIT_MS_MAX}.`);
  return Number(text);
}
