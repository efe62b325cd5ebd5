import { ERRORS, type ErrorCode } from "./codes.js";
import { type MessageEvent, RECALLED } from "./message.js";
import type { Position } from "./position.js";

/** How the server's frames are written. Everything that goes to a socket is made here, once, as text. */

type Said = Pick<MessageEvent, "mid" | "from" | "kind" | "body">;

/** A `message` event from `"mid"` to its end: what its sender decides. {@link messageFrame} puts its place in front. */
export function messageTail({ mid, from, kind, body }: Said): string {
  const { id, role, name } = from;
  const who = `{"id":${quoted(id)},"role":"${role}","name":${quoted(name)}}`;
  return `"mid":${quoted(mid)},"from":${who},"kind":${quoted(kind)},"body":${JSON.stringify(body)}}`;
}

/** The whole event: the same bytes in the window, on the bus, in the journal, in the store and on the wire. */
export function messageFrame(c: string, pos: Position, ts: number, tail: string): string {
  return `{"ev":"message","c":${quoted(c)},"pos":${place(pos)},"ts":${ts},${tail}`;
}

/** The reverse, for rooms that hold a frame and need its content. */
export function readMessage(frame: string): MessageEvent {
  return JSON.parse(frame) as MessageEvent;
}

/** The event once its sender took it back: the same entry at the same place, without its content. */
export function recalledFrame(frame: string): string {
  const { c, pos, ts, ...said } = readMessage(frame);
  return messageFrame(c, pos, ts, messageTail({ ...said, body: RECALLED }));
}

export function skipFrame(c: string, pos: Position): string {
  return `{"ev":"skip","c":${quoted(c)},"pos":${place(pos)}}`;
}

export function gapFrame(c: string, after: Position, head: Position): string {
  return `{"ev":"gap","c":${quoted(c)},"after":${place(after)},"head":${place(head)}}`;
}

/** An element of `messages[]` that this reader may not see, or that could not be read back. */
export function hiddenElement(pos: Position): string {
  return `{"pos":${place(pos)},"kind":"hidden"}`;
}

/** Events without a place in the order. */
export function eventFrame(event: { readonly ev: string } & Readonly<Record<string, unknown>>): string {
  return JSON.stringify(event);
}

export function replyFrame(id: number, result: object): string {
  const fields = JSON.stringify(result);
  return fields === "{}" ? `{"re":${id}}` : `{"re":${id},${fields.slice(1)}`;
}

/** A reply with `messages[]` whose elements are encoded already. */
export function pageFrame(id: number, result: object, messages: readonly string[]): string {
  const reply = replyFrame(id, result);
  return `${reply.slice(0, -1)},"messages":[${messages.join(",")}]}`;
}

export interface WireRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retry_after_ms?: number | undefined;
}

/** The `error` of a reply, and of one resumed conversation. */
export function errorShape({ code, message, retry_after_ms }: WireRefusal): object {
  const { retry } = ERRORS[code];
  return { code, message, ...(retry ? { retry } : {}), ...(retry_after_ms === undefined ? {} : { retry_after_ms }) };
}

export function errorFrame(id: number, refusal: WireRefusal): string {
  return `{"re":${id},"error":${JSON.stringify(errorShape(refusal))}}`;
}

/** Ids are safe characters as a rule; the test is much cheaper than the encoder. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const PLAIN = /^[\w .:@/+=-]*$/;

function place(pos: Position): string {
  return `[${pos[0]},${pos[1]}]`;
}
