import { CALLS_HTTP, type HttpCall } from "../../proto/answers.js";
import { CLOSES, type CloseName, closeVerdict, ERRORS } from "../../proto/codes.js";
import { OPS, type OpName } from "../../proto/commands.js";
import { EVENTS, type EventName } from "../../proto/events.js";
import { REPLIES } from "../../proto/replies.js";
import { BODIES_SHOWN } from "../../proto/shown.js";
import { callersOf } from "./callers.js";
import { fieldsOf, shapeLines } from "./fields.js";
import { limitRows } from "./limits.js";
import { commandExamples, eventExamples, examples, type Fields, type Json, readable, replyExamples, vectors } from "./vectors.js";

/** The parts of docs/PROTOCOL.md that are written from the schemas and the vectors, by the name between their markers. */
const PARTS: Readonly<Record<string, () => string>> = {
  shapes: () => shapeLines().join("\n"),
  commands: () => (Object.keys(OPS) as OpName[]).map(commandText).join("\n\n"),
  events: () => (Object.keys(EVENTS) as EventName[]).map(eventText).join("\n\n"),
  kinds: () => Object.keys(BODIES_SHOWN).map(kindText).join("\n\n"),
  calls: () => (Object.entries(CALLS_HTTP) as [string, HttpCall][]).map(([name, call]) => callText(name, call)).join("\n\n"),
  errors: errorTable,
  closes: closeTable,
  limits: () => table(["limit", "value", "setting"], limitRows()),
};

/** The page with its generated parts written anew; throws for a part that the page lacks, and for one that nobody writes. */
export function protocol(page: string): string {
  const there = [...page.matchAll(/<!-- generated: (\w+) -->/g)].map(([, name]) => String(name));
  const unknown = there.find((name) => !(name in PARTS)) ?? Object.keys(PARTS).find((name) => !there.includes(name));
  if (unknown !== undefined) throw new Error(`docs/PROTOCOL.md and scripts/papers/protocol.ts do not agree about the part "${unknown}".`);
  return there.reduce((text, name) => withPart(text, name, (PARTS[name] as () => string)()), page);
}

function withPart(page: string, name: string, part: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  if (to < from) throw new Error(`docs/PROTOCOL.md lacks the line ${end}.`);
  return `${page.slice(0, from)}\n${part}\n${page.slice(to)}`;
}

function commandText(op: OpName): string {
  const quiet = "quiet" in OPS[op] ? " Without an `id` it is not answered." : "";
  const commands = distinct(commandExamples(op).map(({ frame }) => frame as Fields));
  const reply = replyExamples(op).find((vector) => !("error" in (vector["reply"] as Fields)))?.["reply"] as Fields;
  const [first] = commands;
  const lines = [...commands.map((frame) => `→ ${readable(frame)}`), `← ${readable({ ...reply, re: first?.["id"] as Json })}`];
  return [
    `#### \`${op}\``,
    "",
    `${description(REPLIES[op])} *${callersOf(op)}.*${quiet}`,
    "",
    `Fields: ${fieldsOf(OPS[op].fields)}. Reply: ${fieldsOf(REPLIES[op])}.`,
    "",
    ...fenced(lines),
  ].join("\n");
}

/** Examples with other fields than those before them. */
function distinct(frames: readonly Fields[]): readonly Fields[] {
  const shapes = frames.map((frame) => `${Object.keys(frame)} ${frame["kind"]}`);
  return frames.filter((_, at) => shapes.indexOf(shapes[at] as string) === at).slice(0, 3);
}

function eventText(ev: EventName): string {
  const [{ event } = { event: null }] = eventExamples(ev);
  return [
    `#### \`${ev}\``,
    "",
    description(EVENTS[ev]),
    "",
    `Fields: ${fieldsOf(EVENTS[ev])}.`,
    "",
    ...fenced([`← ${readable(event as Json)}`]),
  ].join("\n");
}

function kindText(kind: string): string {
  const bodies = vectors("events").flatMap(({ event, verdict }) =>
    verdict === "valid" && (event as Fields)["kind"] === kind ? [event as Fields] : [],
  );
  const shown = bodies.filter(({ body }) => (body as Fields)["recalled"] !== true).map(({ body }) => readable(body as Json));
  if (shown.length === 0) throw new Error(`proto/vectors/events.json has no message of the kind ${kind}. Add one.`);
  return [`#### \`${kind}\``, "", `Body: ${fieldsOf(BODIES_SHOWN[kind as keyof typeof BODIES_SHOWN])}.`, "", ...fenced(shown)].join("\n");
}

function callText(name: string, call: HttpCall): string {
  const also = call.also === undefined ? "" : ` (also \`${call.also}\`)`;
  const token = call.open ? " *No token.*" : "";
  return [
    `#### \`${call.method} ${call.path}\`${also}`,
    "",
    `${call.meaning}${token}`,
    "",
    ...queryLines(call),
    ...bodyLines(call),
    ...fenced(exchange(name, call)),
  ].join("\n");
}

function queryLines({ query = {} }: HttpCall): string[] {
  const lines = Object.entries(query).map(([name, { meaning, required }]) => `- \`${name}\`${required ? "" : "?"}: ${meaning}`);
  return lines.length === 0 ? [] : ["Query:", "", ...lines, ""];
}

function bodyLines({ body, answer, answerType }: HttpCall): string[] {
  const answered = answerType === "*/*" ? "the file" : fieldsOf(answer);
  const asked = body ? `Body: ${fieldsOf(body)}. ` : "";
  return [`${asked}Answer: ${answered}.`, ""];
}

function exchange(name: string, { method, path, body, answerType }: HttpCall): string[] {
  const sent = body ? [readable(examples("http-bodies", "valid", ({ call }) => call === name, name)[0]?.["body"] as Json)] : [];
  const answers =
    answerType === "*/*" ? [] : examples("http-answers", "valid", ({ call, status }) => call === name && Number(status) < 400, name);
  const got = answers.slice(0, 1).map(({ answer }) => `← 200 ${readable(answer as Json)}`);
  return [[`→ ${method} ${path}`, ...sent].join(" "), ...got];
}

function errorTable(): string {
  const rows = Object.entries(ERRORS).map(([code, { http, retry, meaning }]) => [
    `\`${code}\``,
    String(http),
    retry ? "yes" : "no",
    meaning,
  ]);
  return table(["code", "HTTP", "retry", "meaning"], rows);
}

const DOES = { reconnect: "reconnect and resume", new_token: "reconnect with a new token", stop: "stop" } as const;

const WHEN: Readonly<Record<CloseName, string>> = {
  draining: "The server goes away in good order.",
  slow_consumer: "The client reads too slowly: more is unsent than the server keeps.",
  internal: "The server failed.",
  hello_timeout: "The first frame did not come in time.",
  overloaded: "Too many sockets, of this user, address or server, or too much behind `hello`.",
  token_expired: "The token ran out.",
  token_invalid: "The token is none that is good here.",
  token_revoked: "The token was revoked.",
  bad_frame: "Not a frame of this protocol.",
  frame_too_large: "A frame over `limits.frame_bytes`.",
  forbidden: "This page or this user may not be here.",
  replaced: "The user opened more sockets than it may have; this was the oldest.",
  unsupported_version: "The server no longer speaks this version.",
  abuse: "Sent on and on above the limits.",
};

function closeTable(): string {
  const rows = Object.entries(CLOSES).map(([name, code]) => {
    return [String(code), `\`${name}\``, DOES[closeVerdict(code)], WHEN[name as CloseName]];
  });
  return table(["code", "reason", "client does", "when"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [top, ...others] = [head, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [top, `|${"---|".repeat(head.length)}`, ...others].join("\n");
}

function fenced(lines: readonly string[]): string[] {
  return ["```", ...lines, "```"];
}

function description(schema: object): string {
  return (schema as { description?: string }).description ?? "";
}
