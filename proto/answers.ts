import { type TSchema, Type } from "typebox";
import type { ErrorCode } from "./codes.js";
import { BODIES_HTTP, WAIT_MS_MAX } from "./http.js";
import { PAGE, REPLIES, SENT, SESSION } from "./replies.js";
import { Id, Limit, Milliseconds, Name, SENDS } from "./shapes.js";
import { Messages, Party, Row, State, WireError } from "./shown.js";

/** One HTTP call as clients know it. */
export interface HttpCall {
  readonly method: "GET" | "POST";
  /** `{name}` is a parameter. */
  readonly path: string;
  /** The same call at another address. */
  readonly also?: string;
  readonly meaning: string;
  /** Without a token. */
  readonly open?: true;
  readonly query?: Readonly<Record<string, Parameter>>;
  readonly body?: TSchema;
  /** Of a body that is not JSON. */
  readonly bodyType?: string;
  readonly answer: TSchema;
  /** Of an answer that is, or may be, something else than JSON. */
  readonly answerType?: string;
  /** Beside what every call may be refused with. */
  readonly refusals: readonly ErrorCode[];
}

interface Parameter {
  readonly schema: TSchema;
  readonly meaning: string;
  readonly required?: true;
}

const Text = Type.String();
const Bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const Session = Type.Object({ token: Text, user: Party, expires_at: Milliseconds });

/** An error over HTTP, as `application/problem+json` (RFC 9457). */
export const Problem = Type.Object({
  ...{ type: Type.Literal("about:blank"), title: Text, status: Type.Integer({ minimum: 400, maximum: 599 }) },
  ...{ code: WireError.properties.code, detail: Text },
  ...{ retry: WireError.properties.retry, retry_after_ms: WireError.properties.retry_after_ms },
});

const Site = Type.Object({
  ...{ tenant: Id, name: Text, languages: Type.Array(Text), default_topic: Id },
  ...{ theme: Type.Record(Type.String(), Text), forms: Type.Record(Type.String(), Type.Unknown()) },
  topics: Type.Array(
    Type.Object({
      ...{ id: Id, name: Type.Record(Type.String(), Text), open: Type.Boolean() },
      opens_at: Type.Optional(Milliseconds),
    }),
  ),
});

const PositionText = Type.String({ pattern: "^\\d{1,16}-\\d{1,16}$" });
const Count = Limit;

const limit: Parameter = {
  schema: Count,
  meaning: "Most of them in the answer; a larger one is cut to what the server allows. Default 50.",
};
const word = (meaning: string, schema: TSchema = Id): Parameter => ({ schema, meaning });

export const CALLS_HTTP = {
  visitors: {
    method: "POST",
    path: "/v1/visitors",
    meaning: "A session for a visitor: anybody, or with a token that the site signed, a visitor the site knows.",
    open: true,
    body: BODIES_HTTP.visitors,
    answer: Session,
    refusals: ["unauthenticated", "forbidden", "not_found", "too_large"],
  },
  login: {
    method: "POST",
    path: "/v1/login",
    meaning: "A session for an account of the desk.",
    open: true,
    body: BODIES_HTTP.login,
    answer: Session,
    refusals: ["unauthenticated", "forbidden"],
  },
  refresh: {
    method: "POST",
    path: "/v1/refresh",
    meaning:
      "A fresh token for the one in the header; a visitor's may have run out up to 7 days ago. With a site's token in the body an anonymous visitor is identified.",
    body: BODIES_HTTP.refresh,
    answer: Session,
    refusals: ["forbidden"],
  },
  logout: {
    method: "POST",
    path: "/v1/logout",
    meaning: "Makes every token of this user worthless that was issued until now, and closes its sockets (4102).",
    answer: Type.Object({}),
    refusals: [],
  },
  session: {
    method: "GET",
    path: "/v1/session",
    meaning: "Who the token's owner is, and what holds for it: what `hello` answers, without a socket.",
    answer: Type.Object(SESSION),
    refusals: [],
  },
  site: {
    method: "GET",
    path: "/v1/site/{tenant}",
    meaning: "What everybody may know of a site: its topics, whether they are open, languages and looks.",
    open: true,
    answer: Site,
    refusals: ["not_found"],
  },
  ask: {
    method: "POST",
    path: "/v1/conversations",
    meaning: "As `open {ask}`, without a socket: the visitor's conversation on the topic.",
    body: BODIES_HTTP.conversations,
    answer: Type.Object({ c: Id }),
    refusals: ["not_found", "too_large"],
  },
  list: {
    method: "GET",
    path: "/v1/conversations",
    meaning: "The conversations the caller may read, newest activity first. Filters narrow each other.",
    query: {
      visitor: word("User id of the visitor."),
      agent: word("User id of an agent who holds or held it."),
      topic: word("Topic id."),
      tag: word("A tag it has."),
      state: word("Its state.", State),
      from: word("Newest activity at or after this time, ms.", Milliseconds),
      to: word("Newest activity before this time, ms.", Milliseconds),
      q: word("Words that all occur in the visitor's name and the newest message.", Text),
      limit,
      cursor: word("The `cursor` of the page before.", Text),
    },
    answer: Type.Object({ conversations: Type.Array(Row), cursor: Type.Optional(Text) }),
    refusals: [],
  },
  send: {
    method: "POST",
    path: "/v1/messages",
    also: "/api/messages",
    meaning: "As `send`: same path, same promise, same errors. The answer means durable.",
    body: Type.Union([SENDS.text, SENDS.file, SENDS.card, SENDS.note, SENDS.recall]),
    answer: Type.Object(SENT),
    refusals: ["not_found", "not_assigned", "closed", "conflict", "too_large", "pending"],
  },
  messages: {
    method: "GET",
    path: "/v1/conversations/{c}/messages",
    meaning: "As `history`. With `after` and `wait_ms` it answers on the first newer entry: the way to receive where WebSocket is blocked.",
    query: {
      before: word("Position as `e-n`, exclusive. Not together with `after`.", PositionText),
      after: word("Position as `e-n`, exclusive; `0-0` is the beginning.", PositionText),
      limit,
      wait_ms: word(
        "How long to wait for a newer entry; only with `after`. Then the page may be empty.",
        Type.Integer({ minimum: 0, maximum: WAIT_MS_MAX }),
      ),
    },
    answer: Type.Object(PAGE),
    refusals: ["not_found"],
  },
  explain: {
    method: "GET",
    path: "/v1/conversations/{c}/explain",
    meaning: "As `explain`.",
    answer: REPLIES.explain,
    refusals: ["not_found"],
  },
  transcript: {
    method: "GET",
    path: "/v1/conversations/{c}/transcript",
    meaning:
      "A conversation from the beginning, as data or as text to read. `Accept: text/plain` means text too. With `more`, ask again `after` the `next`.",
    query: {
      format: word("`json` (default) or `text`.", Type.Union([Type.Literal("json"), Type.Literal("text")])),
      lang: word("Language of the text: `en` or `zh-CN`.", Type.Union([Type.Literal("en"), Type.Literal("zh-CN")])),
      after: word("Where the transcript before this one ended, as `e-n`.", PositionText),
    },
    answer: Type.Object({
      ...{ c: Id, messages: Messages, more: Type.Boolean(), incomplete: PAGE.incomplete },
      next: Type.Optional(PositionText),
    }),
    answerType: "text/plain",
    refusals: ["not_found"],
  },
  commands: {
    method: "POST",
    path: "/v1/commands",
    meaning:
      "Any command of the socket but `hello`, `refresh`, `ping` and `leave`: the answer is the reply without `re`. Nothing is attached: `open` and `accept` only show.",
    body: BODIES_HTTP.commands,
    answer: Type.Record(Type.String(), Type.Unknown()),
    refusals: ["unsupported", "not_found", "not_assigned", "closed", "conflict", "too_large", "pending"],
  },
  offline: {
    method: "POST",
    path: "/v1/offline",
    meaning:
      "A message for a topic that is closed: a conversation that waits until it opens. Answers a visitor session to read it with. With a visitor's token it is that visitor's; under a random `mid` it may be repeated and is left once.",
    open: true,
    body: BODIES_HTTP.offline,
    answer: Type.Object({ c: Id, ...Session.properties }),
    refusals: ["forbidden", "not_found", "conflict", "too_large", "pending"],
  },
  upload: {
    method: "POST",
    path: "/v1/files",
    meaning:
      "Takes a file for a conversation that the caller may send it to. The body is the file, its content type is the file's; `send {kind: file}` then shows it.",
    query: {
      c: { ...word("The conversation."), required: true },
      name: { ...word("The file's name.", Name), required: true },
    },
    bodyType: "*/*",
    answer: Type.Object({ url: Text, name: Name, mime: Text, bytes: Bytes }),
    refusals: ["not_found", "not_assigned", "closed", "too_large", "unsupported"],
  },
  download: {
    method: "GET",
    path: "/v1/files/{id}",
    meaning: "The file. Whoever was told its address may read it.",
    open: true,
    answer: Text,
    answerType: "*/*",
    refusals: ["not_found"],
  },
} as const satisfies Record<string, HttpCall>;

/** What any call may be refused with; those without a token not as `unauthenticated`. */
export const REFUSALS_OF_ALL = ["bad_request", "unauthenticated", "forbidden", "rate_limited", "busy", "unavailable"] as const;
