import type { ConversationRow, ConversationsQuery } from "../../persister/store.js";
import type { ConversationState } from "../../proto/message.js";
import type { Context } from "../context.js";
import type { Session } from "../session.js";
import type { Call } from "./call.js";
import { limitOf, textOf, timeOf, wordOf } from "./query.js";

const LIST_DEFAULT = 50;
const LIST_MAX = 200;
const WORDS_CHARS_MAX = 200;
const CURSOR_CHARS_MAX = 1_000;

const STATES: readonly ConversationState[] = ["queued", "offered", "active", "hold", "wrapup", "closed"];

/** Those the caller may read, newest activity first. Filters narrow each other; what they leave of a page may be little, and more still come. */
export const list: Call = {
  method: "GET",
  path: /^\/v1\/conversations$/,
  async run(context, { session, request: { query } }) {
    const asked = filters(query);
    const readable = await reach(context, session, asked);
    if (!readable) return { conversations: [] };
    const limit = Math.min(limitOf(query) ?? LIST_DEFAULT, LIST_MAX);
    const page = await context.history.conversations({ tenant: session.tenant, limit, ...asked, ...readable });
    const conversations = page.rows.map((row) => shownRow(row, session));
    return { conversations, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
  },
};

type Filters = Omit<ConversationsQuery, "tenant" | "limit">;

function filters(query: URLSearchParams): Filters {
  return present({
    visitor: textOf(query, "visitor"),
    agent: textOf(query, "agent"),
    topic: textOf(query, "topic"),
    tag: textOf(query, "tag"),
    state: wordOf(query, "state", STATES),
    from: timeOf(query, "from"),
    to: timeOf(query, "to"),
    words: textOf(query, "q", WORDS_CHARS_MAX)?.split(/\s+/).filter(Boolean),
    cursor: textOf(query, "cursor", CURSOR_CHARS_MAX),
  });
}

/** What bounds the list to what the caller may read; undefined when that is nothing of what it asks for. */
async function reach({ accounts }: Context, session: Session, { visitor }: Filters): Promise<Filters | undefined> {
  const { id, role } = session.user;
  if (role === "supervisor") return {};
  if (role === "visitor") return visitor === undefined || visitor === id ? { visitor: id } : undefined;
  const { topics } = await accounts.profile(session);
  return topics.includes("*") ? {} : { reader: { id, topics } };
}

function shownRow({ authority, tags, tenant: _tenant, closed: _closed, ...row }: ConversationRow, { user }: Session): object {
  const { state, topic, visitor, assignee } = authority;
  return { ...row, state, topic, visitor, ...present({ assignee }), ...(user.role === "visitor" ? {} : { tags }) };
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
