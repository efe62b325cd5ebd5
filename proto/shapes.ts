import { Type } from "typebox";

/** The shapes that frames and HTTP bodies are made of. Fields nobody knows are let through and ignored. */

/** Longest opaque id: users, conversations, offers, topics. */
export const ID_CHARS_MAX = 64;
export const NAME_CHARS_MAX = 200;
export const URL_CHARS_MAX = 2_048;
export const TOKEN_CHARS_MAX = 8_192;
export const SKILLS_MAX = 32;
/** Conversations that one `hello` may resume. */
export const RESUME_MAX = 100;
export const ACTIONS_MAX = 10;
export const REASON_CHARS_MAX = 500;
export const TITLE_CHARS_MAX = 1_000;

/** Half a surrogate pair is no text: it could not be told from another half once it is UTF-8, and two ids would be one. */
const WELL_FORMED = "^[^\\uD800-\\uDFFF]*$";

export const Id = Type.String({ minLength: 1, maxLength: ID_CHARS_MAX, pattern: WELL_FORMED });
export const Mid = Type.String({ minLength: 1, maxLength: 64, pattern: WELL_FORMED });
/** Too long to be guessed. */
export const RandomMid = Type.String({ minLength: 16, maxLength: 64, pattern: WELL_FORMED });
export const Name = Type.String({ minLength: 1, maxLength: NAME_CHARS_MAX });
export const Reason = Type.String({ maxLength: REASON_CHARS_MAX });
export const Token = Type.String({ minLength: 1, maxLength: TOKEN_CHARS_MAX });
/** Of a page, which may have none. */
export const Title = Type.String({ maxLength: TITLE_CHARS_MAX });
export const WebUrl = Type.String({ maxLength: URL_CHARS_MAX, pattern: "^https?://" });
/** On this server, or anywhere on the web; never a scheme that a page would execute. */
const FileUrl = Type.String({ maxLength: URL_CHARS_MAX, pattern: "^(https?://|/)" });
export const Skills = Type.Array(Type.String({ minLength: 1, maxLength: ID_CHARS_MAX }), { maxItems: SKILLS_MAX });
export const Attributes = Type.Record(Type.String(), Type.Unknown());

const Whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Position = Type.Tuple([Whole, Whole]);
export const Milliseconds = Whole;
export const Score = Type.Integer({ minimum: 1, maximum: 5 });
/** Where a reader stands, by conversation. */
export const Resume = Type.Record(Type.String({ pattern: `^[^\\uD800-\\uDFFF]{1,${ID_CHARS_MAX}}$` }), Position, {
  maxProperties: RESUME_MAX,
  additionalProperties: false,
});
/** A larger one is cut by the server, not refused. */
export const Limit = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Capacity = Type.Integer({ minimum: 0, maximum: 10_000 });

export const Status = Type.Union([Type.Literal("online"), Type.Literal("away"), Type.Literal("offline")]);

export const Ask = Type.Object({
  topic: Type.Optional(Id),
  skills: Type.Optional(Skills),
  priority: Type.Optional(Type.Integer({ minimum: -1_000, maximum: 1_000 })),
  attributes: Type.Optional(Attributes),
});

const Text = Type.Object({ text: Type.String({ minLength: 1 }) });
const File = Type.Object({ name: Name, mime: Type.String({ minLength: 1, maxLength: 255 }), bytes: Whole, url: FileUrl });
const Action = Type.Object({ label: Name, reply: Type.Optional(Type.String({ minLength: 1 })), url: Type.Optional(WebUrl) });
const Card = Type.Object({
  title: Name,
  text: Type.Optional(Type.String()),
  image: Type.Optional(FileUrl),
  actions: Type.Array(Action, { maxItems: ACTIONS_MAX }),
});
const Recall = Type.Object({ mid: Mid });

/** Bodies of what a client may send, by kind. */
export const BODIES = { text: Text, file: File, card: Card, note: Text, recall: Recall } as const;

/** A message on its way in: one kind with its own body. */
const said = { c: Id, mid: Mid, since: Type.Optional(Position) };
export const SENDS = {
  text: Type.Object({ ...said, kind: Type.Literal("text"), body: BODIES.text }),
  file: Type.Object({ ...said, kind: Type.Literal("file"), body: BODIES.file }),
  card: Type.Object({ ...said, kind: Type.Literal("card"), body: BODIES.card }),
  note: Type.Object({ ...said, kind: Type.Literal("note"), body: BODIES.note }),
  recall: Type.Object({ ...said, kind: Type.Literal("recall"), body: BODIES.recall }),
} as const;
