import { Type } from "typebox";
import { DeskError, refuse } from "../../lib/errors.js";
import type { ConversationRow } from "../../persister/store.js";
import { faultOfSend } from "../../proto/check.js";
import type { Fields } from "../../proto/commands.js";
import { BODIES_HTTP, type HttpBody, WAIT_MS_MAX } from "../../proto/http.js";
import { type Position, parsePosition } from "../../proto/position.js";
import type { Context } from "../context.js";
import { encodePage, type ReadPage } from "../reading.js";
import type { Session } from "../session.js";
import type { Call } from "./call.js";

const LIST_DEFAULT = 50;
const LIST_MAX = 200;

/** What everybody may know of a site. */
export const site: Call = {
  method: "GET",
  path: /^\/v1\/site\/([^/]+)$/,
  open: true,
  async run({ directory }, { parameters: [tenant = ""] }) {
    const row = await directory.get("tenant", "", tenant);
    if (!row || row.disabled) return refuse("not_found", "There is no such tenant.");
    const topics = (await directory.list("topic", tenant)).filter(({ value }) => !value.disabled);
    return {
      ...{ tenant, name: row.name, languages: row.languages, default_topic: row.default_topic, theme: row.theme ?? {}, forms: {} },
      topics: topics.map(({ id, value }) => ({ id, name: value.name, open: true })),
    };
  },
};

/** As `open {ask}`, without a socket. */
export const ask: Call<HttpBody<"conversations">> = {
  method: "POST",
  path: /^\/v1\/conversations$/,
  body: BODIES_HTTP.conversations,
  run: ({ router }, { session, fields }) => router.open(session, fields.ask),
};

const FILTERS = ["visitor", "agent", "topic", "tag", "state", "from", "to", "q"];

/** Those the caller may read, newest activity first. A filter that would be ignored is refused. */
export const list: Call = {
  method: "GET",
  path: /^\/v1\/conversations$/,
  async run(context, { session, request: { query } }) {
    const filter = FILTERS.find((name) => query.has(name));
    if (filter !== undefined) return refuse("unsupported", `This server does not filter by ${filter} yet.`);
    const cursor = query.get("cursor");
    const limit = Math.min(limitOf(query) ?? LIST_DEFAULT, LIST_MAX);
    const member = session.user.role === "supervisor" ? {} : { member: session.user.id };
    const page = await context.history.conversations({ tenant: session.tenant, limit, ...member, ...(cursor === null ? {} : { cursor }) });
    return { conversations: page.rows.map(shownRow), ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
  },
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

function shownRow({ c, authority, head, opened_at, updated_at, closed_at, closed_reason, rating, last }: ConversationRow): object {
  const { state, topic, visitor, assignee } = authority;
  return { c, state, topic, visitor, head, opened_at, updated_at, assignee, closed_at, closed_reason, rating, last };
}

function positionOf(query: URLSearchParams, name: string): Position | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return parsePosition(text) ?? refuse("bad_request", `${name} must be a position as in 12-3.`);
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

function limitOf(query: URLSearchParams): number | undefined {
  const text = query.get("limit");
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new DeskError("bad_request", "limit must be a whole number from 1.");
  return Number(text);
}
