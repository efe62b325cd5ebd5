import type { Conversation } from "@deskwire/client";
import type { Signal } from "@preact/signals";
import type { Panel } from "./aside.js";
import { useChanges } from "./following.js";
import { hashOf } from "./place.js";
import type { Standing } from "./standing.js";
import { stateText, words } from "./words.js";
import { useWorkplace } from "./workplace.js";

interface WhoProps {
  readonly conversation: Conversation;
  readonly standing: Standing;
  readonly panel: Signal<Panel | undefined>;
}

/** Who a conversation is with and where it stands, and what can be done with it as a whole. */
export function Who({ conversation, standing, panel }: WhoProps) {
  useChanges(conversation);
  const t = words.value;
  const actions: readonly Panel[] = standing === "mine" || standing === "over" ? ["transfer", "close", "explain"] : ["explain"];
  const toggle = (which: Panel) => {
    panel.value = panel.value === which ? undefined : which;
  };
  return (
    <header>
      <a class="backward" href={hashOf({ at: "inbox" })}>
        {t.back}
      </a>
      <div class="who">
        <h2>{useVisitorName(conversation)}</h2>
        <p class="soft small">{useFacts(conversation).join(" · ")}</p>
      </div>
      {standing !== "opening" &&
        actions.map((which) => (
          <button key={which} type="button" aria-expanded={panel.value === which} onClick={() => toggle(which)}>
            {t[which]}
          </button>
        ))}
    </header>
  );
}

function useVisitorName(conversation: Conversation): string {
  const { held } = useWorkplace();
  const listed = held.value.find((each) => each.c === conversation.c)?.visitor.name;
  return listed ?? conversation.members.find(({ role }) => role === "visitor")?.name ?? "";
}

/** Topic, state, whose it is when it is not mine, and whether the visitor is there. */
function useFacts(conversation: Conversation): string[] {
  const { held, topics, session, state } = useWorkplace();
  const t = words.value;
  const topic = held.value.find((each) => each.c === conversation.c)?.ask.topic;
  const visitor = conversation.members.find(({ role }) => role === "visitor");
  const other = conversation.members.find(({ id }) => id === conversation.assignee && id !== session.user.id);
  const presence = visitor?.online ? t.visitor_here : t.visitor_gone;
  const facts = [
    topic && topics.nameOf(topic),
    conversation.state && stateText(conversation.state),
    other?.name,
    ...conversation.tags.map((tag) => `#${tag}`),
    conversation.attached && visitor && state.value === "ready" ? presence : undefined,
  ];
  return facts.filter((fact) => fact !== undefined) as string[];
}
