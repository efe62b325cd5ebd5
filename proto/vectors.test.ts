import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CALLS_HTTP, type HttpCall, Problem } from "./answers.js";
import { type Check, checkFrame, compiled, faultOfSend } from "./check.js";
import { CLOSES, closeVerdict, ERRORS } from "./codes.js";
import { OPS } from "./commands.js";
import { EVENTS, type EventName } from "./events.js";
import { compare, follows, parsePosition } from "./position.js";
import { REPLIES, Refused } from "./replies.js";

/** The golden vectors, held against what checks frames at run time. Clients elsewhere are written against the same files. */
type Fields = Readonly<Record<string, unknown>>;
interface Vector extends Fields {
  readonly name: string;
  readonly verdict: string;
}

function vectors(file: string): Vector[] {
  return (JSON.parse(readFileSync(new URL(`vectors/${file}.json`, import.meta.url), "utf8")) as { vectors: Vector[] }).vectors;
}

/** One verdict for each: taken, or refused with a sentence that names the field. */
function judged(vector: Vector, fault: string | undefined): void {
  const { verdict, field, name } = vector;
  assert.equal(fault === undefined ? "valid" : "refused", verdict === "valid" ? "valid" : "refused", `${name}: ${fault}`);
  assert.ok(fault === undefined || fault.includes(String(field)), `${name}: ${fault}`);
}

for (const vector of vectors("commands"))
  test(`command: ${vector.name} is a ${vector.verdict}`, () => {
    const { frame, text = JSON.stringify(frame), field = "" } = vector;
    const checked = checkFrame(String(text));
    assert.equal("code" in checked ? checked.code : checked.at, vector.verdict);
    assert.ok(!("message" in checked) || checked.message.includes(String(field)), JSON.stringify(checked));
  });

for (const vector of vectors("events"))
  test(`event: ${vector.name} is ${vector.verdict}`, () => {
    const event = vector["event"] as { readonly ev: EventName };
    judged(vector, compiled(EVENTS[event.ev]).fault(event));
  });

for (const vector of vectors("replies"))
  test(`reply: ${vector.name} is ${vector.verdict}`, () => {
    const reply = vector["reply"] as Fields;
    judged(vector, compiled("error" in reply ? Refused : REPLIES[vector["op"] as keyof typeof REPLIES]).fault(reply));
  });

const CALLS: Readonly<Record<string, HttpCall>> = CALLS_HTTP;

function bodyCheck(call: string): Check {
  const { body } = CALLS[call] as HttpCall;
  assert.ok(body, `${call} has no body`);
  return call === "send" ? { fault: (value) => faultOfSend(value as Fields) } : compiled(body);
}

for (const vector of vectors("http-bodies"))
  test(`HTTP body: ${vector.name} is ${vector.verdict}`, () => judged(vector, bodyCheck(String(vector["call"])).fault(vector["body"])));

for (const vector of vectors("http-answers"))
  test(`HTTP answer: ${vector.name} is ${vector.verdict}`, () => {
    const { status, call, answer } = vector;
    judged(vector, compiled(Number(status) < 400 ? (CALLS[String(call)] as HttpCall).answer : Problem).fault(answer));
  });

test("every position of a text, every order and every neighbourhood is as the vectors say", () => {
  for (const { name, text, pos, a, b, order, follows: next } of vectors("positions") as (Vector & Record<string, never>)[]) {
    const said = text === undefined ? {} : { pos: parsePosition(text) ?? null };
    const ordered = order === undefined ? {} : { order: Math.sign(compare(a as never, b as never)) };
    const followed = next === undefined ? {} : { follows: follows(a as never, b as never) };
    const expected = Object.entries({ pos, order, follows: next }).filter(([, value]) => value !== undefined);
    assert.deepEqual({ ...said, ...ordered, ...followed }, Object.fromEntries(expected), name);
  }
});

test("every close code has its vector, under its name", () => {
  for (const { name, code, client } of vectors("closes")) assert.equal(closeVerdict(Number(code)), client, name);
  const named = new Map(vectors("closes").map(({ name, code }) => [name, code]));
  for (const [name, code] of Object.entries(CLOSES)) assert.equal(named.get(name), code, name);
});

test("every op, event, reply and call has its vectors, and a wrong one where it has a field that must be there", () => {
  const has = (file: string, wanted: (vector: Vector) => unknown): Set<string> =>
    new Set(vectors(file).map((vector) => String(wanted(vector))));
  const commands = has("commands", ({ verdict, frame }) => `${(frame as Fields | undefined)?.["op"]} ${verdict}`);
  for (const [op, { fields }] of Object.entries(OPS)) {
    assert.ok(commands.has(`${op} command`), op);
    assert.ok(!needs(fields) || commands.has(`${op} bad_request`), op);
  }
  const events = has("events", ({ verdict, event }) => `${(event as Fields)["ev"]} ${verdict}`);
  for (const [ev, schema] of Object.entries(EVENTS)) {
    assert.ok(events.has(`${ev} valid`), ev);
    assert.ok(Object.keys(schema.properties).length === 1 || events.has(`${ev} invalid`), ev);
  }
  const replies = has("replies", ({ verdict, op }) => `${op} ${verdict}`);
  for (const [op, schema] of Object.entries(REPLIES)) {
    assert.ok(replies.has(`${op} valid`), op);
    assert.ok(!needs(schema) || replies.has(`${op} invalid`), op);
  }
  const bodies = has("http-bodies", ({ verdict, call }) => `${call} ${verdict}`);
  const answers = has("http-answers", ({ verdict, call }) => `${call} ${verdict}`);
  for (const [name, { body, answerType }] of Object.entries(CALLS)) {
    assert.ok(!body || (bodies.has(`${name} valid`) && bodies.has(`${name} bad_request`)), name);
    assert.ok(answerType === "*/*" || answers.has(`${name} valid`), name);
  }
});

test("no two vectors of a file have one name, and every error code is one that the schemas know", () => {
  for (const file of ["commands", "events", "replies", "http-bodies", "http-answers", "positions", "closes", "backoff", "reading"]) {
    const names = vectors(file).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, file);
  }
  assert.deepEqual(
    Problem.properties.code.anyOf.map((word) => word.const),
    Object.keys(ERRORS),
  );
});

/** True when something belongs into it. */
function needs(schema: object): boolean {
  return ((schema as { required?: readonly string[] }).required ?? []).length > 0;
}
