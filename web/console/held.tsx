import type { Held } from "@deskwire/client";
import { fill } from "../messages/language.js";
import { bodyText } from "../thread/words.js";
import { now } from "./clock.js";
import { useChanges } from "./following.js";
import { hashOf, place } from "./place.js";
import { lastSaid, saidAtDesk, unansweredSince } from "./said.js";
import { unreadOf } from "./title.js";
import { chatWords, durationText, words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** One line of the inbox: who, what was said last, what is unread, since when the visitor waits. */
export function HeldRow({ held }: { readonly held: Held }) {
  const { client } = useWorkplace();
  const t = words.value;
  const conversation = client.conversation(held.c);
  useChanges(conversation);
  const unread = unreadOf(conversation, held.unread);
  const waits_ms = useWaiting(held);
  const here = place.value.at === "chat" && place.value.c === held.c;
  const { name } = held.visitor;
  return (
    <a class="held" href={hashOf({ at: "chat", c: held.c })} aria-current={here}>
      <span class="face" aria-hidden="true">
        {initial(name)}
      </span>
      <span class="name">{name}</span>
      <span class="time">{waits_ms > 0 && fill(t.waiting_for, { time: durationText(waits_ms) })}</span>
      <span class="last">{useLast(held)}</span>
      {unread > 0 && (
        <span class="count">
          <span aria-hidden="true">{unread}</span>
          <span class="unseen">{fill(t.unread, { n: unread })}</span>
        </span>
      )}
    </a>
  );
}

/** How long the visitor has been without an answer. */
function useWaiting(held: Held): number {
  const { client, ahead } = useWorkplace();
  const conversation = client.conversation(held.c);
  if (!conversation.attached) return held.waiting_ms;
  const since = unansweredSince(conversation.messages);
  return since === undefined ? 0 : Math.max(1, now.value + ahead.value - since);
}

/** Of an attached conversation the last message here, else what the inbox says. */
function useLast(held: Held): string {
  const { client } = useWorkplace();
  const conversation = client.conversation(held.c);
  const last = lastSaid(conversation.messages);
  if (last) return bodyText(chatWords.value, saidAtDesk(last, []));
  return String((held.last?.["body"] as { text?: unknown } | undefined)?.text ?? words.value.no_text);
}

function initial(name: string): string {
  const [first = ""] = name.trim();
  return first.toLocaleUpperCase();
}
