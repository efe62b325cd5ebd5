import { withinBytes } from "../lib/fitting.js";
import { randomId } from "../lib/ids.js";
import type { Ask, Party } from "../proto/message.js";
import type { Conversation } from "./conversation.js";
import type { Desk, DeskEvent } from "./state.js";
import type { TopicTerms } from "./terms.js";

export interface Asking extends TopicTerms {
  readonly visitor: Party;
  readonly ask: Ask;
  /** By a form, for when the topic is open. */
  readonly offline: boolean;
}

/** The visitor's open conversation on the topic, else the last one closed inside the reopen window, else a new one. */
export function openEvent(
  desk: Desk,
  { visitor, ask, offline, topic, terms }: Asking,
  now: number,
): { answer: { c: string; there: boolean }; event: DeskEvent } {
  const own = [...(desk.visitors.get(visitor.id) ?? [])].map((c) => desk.conversations.get(c) as Conversation);
  const onTopic = own.filter((each) => each.topic === topic);
  const open = onTopic.find(({ state }) => state !== "closed");
  withinBytes("attributes", { ...open?.ask.attributes, ...ask.attributes }, desk.rules.attributes_bytes);
  if (open) return { answer: { c: open.c, there: true }, event: { type: "merged", c: open.c, ask } };
  const last = onTopic.sort((a, b) => b.since - a.since)[0];
  if (last && now - last.since < terms.reopen_window_ms)
    return { answer: { c: last.c, there: false }, event: { type: "reopened", c: last.c, ask, terms, offline } };
  const c = randomId("c");
  return { answer: { c, there: false }, event: { type: "asked", c, visitor, topic, ask, terms, offline } };
}

/** What was the first one's and is the second one's. */
export function sharedBy(desk: Desk, before: Party, visitor: Party): string[] {
  const own = [...(desk.visitors.get(visitor.id) ?? [])].map((c) => desk.conversations.get(c) as Conversation);
  return own.filter(({ members }) => members.some(({ id }) => id === before.id)).map(({ c }) => c);
}
