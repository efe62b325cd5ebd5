import type { Conversation, Target } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { useEffect } from "preact/hooks";
import { useChanges } from "./following.js";
import { fieldsOf } from "./form.js";
import { go } from "./place.js";
import { attempt } from "./trouble.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

const NOTE_CHARS_MAX = 500;

interface Colleague {
  readonly id: string;
  readonly name: string;
}

/** Hands a conversation on, to a colleague or to a topic; it is no longer this agent's at once. */
export function Transfer({ conversation }: { readonly conversation: Conversation }) {
  const { client, state } = useWorkplace();
  const to = useSignal<"topic" | "agent">("topic");
  const busy = useSignal(false);
  const t = words.value;

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    const { text } = fieldsOf(event);
    const target: Target = to.value === "agent" ? { agent: text("agent") } : { topic: text("topic") };
    busy.value = true;
    const handed = await attempt(() => client.desk.transfer(conversation.c, target, text("note") || undefined));
    busy.value = false;
    if (handed) go({ at: "inbox" });
  };

  return (
    <form class="form" onSubmit={submit}>
      <fieldset class="choice">
        {(["topic", "agent"] as const).map((each) => (
          <label key={each}>
            <input type="radio" name="to" value={each} checked={to.value === each} onChange={() => (to.value = each)} />
            {t[`transfer_${each}`]}
          </label>
        ))}
      </fieldset>
      {to.value === "topic" ? <TopicField /> : <AgentField conversation={conversation} />}
      <label>
        {t.transfer_note}
        <textarea name="note" rows={3} maxLength={NOTE_CHARS_MAX} />
      </label>
      <button type="submit" class="main" disabled={busy.value || state.value !== "ready"}>
        {t.transfer_do}
      </button>
    </form>
  );
}

function TopicField() {
  const { topics } = useWorkplace();
  return (
    <label>
      {words.value.queue_topic}
      <select name="topic" required>
        {topics.list.value.map(({ id }) => (
          <option key={id} value={id}>
            {topics.nameOf(id)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** By user name; those this page knows of are suggested. */
function AgentField({ conversation }: { readonly conversation: Conversation }) {
  const known = useColleagues(conversation);
  return (
    <label>
      {words.value.transfer_who}
      <input name="agent" required maxLength={64} list="colleagues" autocomplete="off" autocapitalize="none" spellcheck={false} />
      <datalist id="colleagues">
        {known.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
    </label>
  );
}

/** Whoever took part in this conversation; for a supervisor everybody. */
function useColleagues(conversation: Conversation): readonly Colleague[] {
  const { client, session, queue } = useWorkplace();
  useChanges(conversation);
  const supervises = session.user.role === "supervisor";
  useEffect(() => {
    if (supervises) client.desk.readQueue().catch(() => undefined);
  }, [client, supervises]);
  const members = conversation.members.filter(({ role }) => role !== "visitor");
  const agents = (queue.value?.agents ?? []) as unknown as readonly Colleague[];
  const all = new Map([...members, ...agents].map((each) => [each.id, each]));
  all.delete(session.user.id);
  return [...all.values()];
}
