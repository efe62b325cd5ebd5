import type { Party } from "../proto/message.js";
import type { Authority } from "../timeline/entry.js";
import type { ConversationRow, ConversationsQuery } from "./store.js";

/** Everybody who has a part in it: its members, and its visitor also where a site named that one later. */
export function peopleOf({ visitor, members }: Authority): readonly Party[] {
  return members.some(({ id }) => id === visitor.id) ? members : [visitor, ...members];
}

/** Whether a list shows the conversation. Pure; every store asks the same, however it finds its candidates. */
export function isWanted(row: ConversationRow, query: ConversationsQuery): boolean {
  const { topic, state } = row.authority;
  return (
    (query.topic === undefined || query.topic === topic) &&
    (query.state === undefined || query.state === state) &&
    (query.tag === undefined || row.tags.includes(query.tag)) &&
    isOf(row, query) &&
    (query.reader === undefined || mayRead(row, query.reader)) &&
    saysAll(row, query.words ?? [])
  );
}

/** Whom it is about: every person named has a part in it, a visitor as one and an agent as another. */
function isOf({ authority }: ConversationRow, { member, visitor, agent }: ConversationsQuery): boolean {
  const people = peopleOf(authority);
  return (
    (member === undefined || people.some(({ id }) => id === member)) &&
    (visitor === undefined || people.some(({ id, role }) => id === visitor && role === "visitor")) &&
    (agent === undefined || people.some(({ id, role }) => id === agent && role !== "visitor"))
  );
}

function mayRead({ authority: { members, topic } }: ConversationRow, reader: NonNullable<ConversationsQuery["reader"]>): boolean {
  return reader.topics.includes(topic) || members.some(({ id }) => id === reader.id);
}

function saysAll({ authority: { visitor }, last }: ConversationRow, words: readonly string[]): boolean {
  const text = `${visitor.name}\n${last?.text ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word.toLowerCase()));
}
