import type { ChatMessages, Language } from "../messages/language.js";
import { fill } from "../messages/language.js";
import { dayOf, type Said } from "./rows.js";

const DAY_MS = 86_400_000;

/** "Today", "Yesterday", or the date. */
export function dayText(words: ChatMessages, language: Language, ts: number, now: number): string {
  if (dayOf(ts) === dayOf(now)) return words.today;
  if (dayOf(ts) === dayOf(now - DAY_MS)) return words.yesterday;
  return new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "long" }).format(ts);
}

/** Hours and minutes. */
export function timeText(language: Language, ts: number): string {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(ts);
}

/** What a routing or system entry says to people; empty when it says nothing to this reader. */
export function noticeText(words: ChatMessages, said: Said, nameOf: (user: string) => string | undefined): string {
  if (said.kind !== "routing") return "";
  const template: string | undefined = words[`routing_${String(said.body["event"])}` as keyof ChatMessages];
  const name = nameOf(String(said.body["assignee"] ?? "")) ?? words.somebody;
  return template === undefined ? "" : fill(template, { name });
}

/** The words of a message. Kinds this version does not know say so. */
export function bodyText(words: ChatMessages, said: Said): string {
  if (said.withdrawn) return words.withdrawn;
  const { text, name, title } = said.body;
  if (said.kind === "text" || said.kind === "note") return String(text ?? "");
  if (said.kind === "file") return `${words.file}: ${String(name ?? "")}`;
  if (said.kind === "card") return [title, text].filter((part) => part !== undefined).join("\n");
  return words.unknown_kind;
}
