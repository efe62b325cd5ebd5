import type { Conversation } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Aside, type Panel } from "./aside.js";
import { Composer } from "./composer.js";
import { useChanges } from "./following.js";
import { type Standing, standingOf } from "./standing.js";
import { Thread } from "./thread.js";
import { Under } from "./under.js";
import { Who } from "./who.js";
import { troubleText, words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** One conversation: who it is with, what was said, and what this agent may do with it. */
export function Chat({ c }: { readonly c: string }) {
  const { client, session, held } = useWorkplace();
  const conversation = client.conversation(c);
  useChanges(conversation);
  useOpened(conversation);
  const panel = useSignal<Panel | undefined>(undefined);
  const standing = standingOf(
    conversation,
    session.user,
    held.value.some((each) => each.c === c),
  );
  if (conversation.lost && conversation.messages.length === 0) return <p class="pick">{troubleText(conversation.lost.code)}</p>;
  return (
    <>
      <section class="chat">
        <Who conversation={conversation} standing={standing} panel={panel} />
        <div class="thread">
          <Thread conversation={conversation} reading={standing === "mine"} />
        </div>
        <Under conversation={conversation} />
        <Foot conversation={conversation} standing={standing} />
      </section>
      {panel.value && <Aside key={panel.value} panel={panel.value} conversation={conversation} close={() => (panel.value = undefined)} />}
    </>
  );
}

function Foot({ conversation, standing }: { readonly conversation: Conversation; readonly standing: Standing }) {
  const t = words.value;
  if (standing === "opening") return null;
  if (standing === "closed") return <p class="over">{t.closed}</p>;
  if (standing === "gone") return <p class="over">{t.released}</p>;
  return <Composer conversation={conversation} noteOnly={standing === "reader"} />;
}

/** Attaches what is looked at without being held, and lets go of it afterwards. */
function useOpened(conversation: Conversation): void {
  const { client } = useWorkplace();
  useEffect(() => {
    if (!conversation.attached) client.open(conversation.c).catch(() => undefined);
    return () => {
      const held = client.desk.held.some((each) => each.c === conversation.c);
      if (!held) conversation.leave();
    };
  }, [client, conversation]);
}
