import type { TSchema } from "typebox";
import { CALLS_HTTP, type HttpCall, Problem } from "../../proto/answers.js";
import { type Check, compiled } from "../../proto/check.js";
import { ERRORS, type ErrorCode } from "../../proto/codes.js";
import { EVENTS } from "../../proto/events.js";
import { REPLIES, Refused } from "../../proto/replies.js";
import { BODIES_SHOWN, Recalled } from "../../proto/shown.js";

/**
 * What a server says, held against the schemas the papers are written from: the whole truth, so a field the papers do not know is a fault.
 * Clients would let it through.
 */
type Fields = Readonly<Record<string, unknown>>;

const RE = { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 };

const EVENT_CHECKS = new Map(Object.entries(EVENTS).map(([ev, schema]) => [ev, compiled(strict(schema))]));
const REPLY_CHECKS = new Map(Object.entries(REPLIES).map(([op, schema]) => [op, compiled(strict(answering(schema)))]));
const REFUSED = compiled(strict(answering(Refused)));
const PROBLEM = compiled(strict(Problem));
const RECALLED = compiled(strict(Recalled));
const CALL_CHECKS = (Object.values(CALLS_HTTP) as HttpCall[]).map((call) => ({
  call,
  at: pathOf(call),
  check: compiled(strict(call.answer)),
}));

/** A body of a kind that clients send may carry more than its kind has: that is stored and given back. */
const BODY_CHECKS = new Map(
  Object.entries(BODIES_SHOWN).map(([kind, schema]) => [kind, compiled(kind === "routing" || kind === "system" ? strict(schema) : schema)]),
);

/** Says what is wrong with a frame of a server, or undefined. `opOf` names the command that an id was given to. */
export function faultOfServerFrame(frame: Fields, opOf: (id: number) => string | undefined): string | undefined {
  const fault = "re" in frame ? faultOfReply(frame, opOf(frame["re"] as number)) : faultOfEvent(frame);
  return fault ?? faultOfBodies(frame);
}

/** Says what is wrong with the answer to an HTTP call, or undefined. */
export function faultOfAnswer(method: string, path: string, status: number, headers: Headers, body: unknown): string | undefined {
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  if (status >= 400) return type === "application/problem+json" ? faultOfProblem(status, body as Fields) : undefined;
  if (method === "OPTIONS" || type !== "application/json") return undefined;
  const [bare = ""] = path.split("?");
  const described = CALL_CHECKS.find(({ call, at }) => call.method === method && at.test(bare));
  if (!described) return "no paper knows of this call";
  return described.check.fault(body) ?? faultOfBodies(body as Fields);
}

function faultOfReply(reply: Fields, op: string | undefined): string | undefined {
  if ("error" in reply) return REFUSED.fault(reply) ?? faultOfRetry(reply["error"] as Fields);
  const check = REPLY_CHECKS.get(op ?? "");
  return check ? check.fault(reply) : `a reply to ${op}`;
}

function faultOfEvent(event: Fields): string | undefined {
  const check = EVENT_CHECKS.get(String(event["ev"]));
  return check ? check.fault(event) : `no paper knows of the event ${event["ev"]}`;
}

function faultOfProblem(status: number, problem: Fields): string | undefined {
  const fault = PROBLEM.fault(problem) ?? faultOfRetry(problem);
  if (fault !== undefined) return fault;
  const { http } = ERRORS[problem["code"] as ErrorCode];
  return http === status && problem["status"] === status ? undefined : `${problem["code"]} came with status ${status}`;
}

function faultOfRetry({ code, retry }: Fields): string | undefined {
  return (retry === true) === ERRORS[code as ErrorCode].retry ? undefined : `${code} came with retry ${retry}`;
}

function faultOfBodies(said: Fields): string | undefined {
  const messages = Array.isArray(said["messages"]) ? (said["messages"] as Fields[]) : [said];
  return messages.map(faultOfBody).find((fault) => fault !== undefined);
}

function faultOfBody({ ev, kind, body }: Fields): string | undefined {
  if (ev !== "message") return undefined;
  const check: Check | undefined = (body as Fields)["recalled"] === true ? RECALLED : BODY_CHECKS.get(String(kind));
  const fault = check ? check.fault(body) : "no paper knows of this kind";
  return fault && `the body of a ${kind}: ${fault}`;
}

/** The same schema, with nothing beside what it names. */
export function strict(schema: TSchema): TSchema {
  return closed(JSON.parse(JSON.stringify(schema))) as TSchema;
}

function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== "object" || part === null) return part;
  const whole = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  return "properties" in whole && whole["type"] === "object" ? { additionalProperties: false, ...whole } : whole;
}

/** A result with the `re` of its reply. */
function answering(schema: TSchema): TSchema {
  const { anyOf, properties, required = [] } = schema as { anyOf?: TSchema[]; properties?: object; required?: string[] };
  if (anyOf) return { anyOf: anyOf.map(answering) } as TSchema;
  return { type: "object", properties: { re: RE, ...properties }, required: ["re", ...required] } as TSchema;
}

function pathOf({ path, also }: HttpCall): RegExp {
  const patterns = [path, ...(also === undefined ? [] : [also])].map((text) => text.replace(/\{\w+\}/g, "[^/]+"));
  return new RegExp(`^(${patterns.join("|")})$`);
}
