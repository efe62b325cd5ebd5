import type { Conversation } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fill } from "../messages/language.js";
import { timeText } from "../thread/words.js";
import type { AgentRow } from "./agents.js";
import { type Decision, decisionText, givenReason, passedText, waitedBefore } from "./decisions.js";
import { useChanges } from "./following.js";
import { attempt } from "./trouble.js";
import { durationText, language, reasonText, words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** Every decision about a conversation so far: what, why, and who was passed over. Read again when something else is decided. */
export function Explain({ conversation }: { readonly conversation: Conversation }) {
  const { client, state, queue } = useWorkplace();
  useChanges(conversation);
  const decisions = useSignal<readonly Decision[] | undefined>(undefined);
  const ready = state.value === "ready";
  const routed = conversation.messages.findLast(({ kind }) => kind === "routing")?.key;
  // The newest routing entry says that there is more to read.
  useEffect(() => {
    if (!ready) return;
    const read = async () => (decisions.value = (await client.desk.explain(conversation.c)) as unknown as readonly Decision[]);
    void attempt(read);
  }, [client, conversation, ready, routed]);
  // Names of those who took part, and of those a supervisor's queue told of; of the others their user name.
  const known = [...conversation.members, ...((queue.value?.agents ?? []) as unknown as readonly AgentRow[])];
  const nameOf = (user: string) => known.find(({ id }) => id === user)?.name ?? user;
  if (decisions.value?.length === 0) return <p class="empty">{words.value.explain_empty}</p>;
  return (
    <ol class="timeline">
      {decisions.value?.map((decision) => (
        <Step key={decision.id} decision={decision} nameOf={nameOf} />
      ))}
    </ol>
  );
}

function Step({ decision, nameOf }: { readonly decision: Decision; readonly nameOf: (user: string) => string }) {
  const t = words.value;
  const passed = passedText(decision, nameOf, reasonText);
  const given = givenReason(decision);
  const waited_ms = waitedBefore(decision);
  return (
    <li>
      <p class="what">{decisionText(t, decision, nameOf)}</p>
      <p class="small">{reasonText(decision.reason)}</p>
      {given !== undefined && <p class="small given">{given}</p>}
      {passed !== "" && <p class="small soft">{fill(t.explain_passed, { list: passed })}</p>}
      <p class="small soft">
        <time dateTime={new Date(decision.at).toISOString()}>{timeText(language.value, decision.at)}</time>
        {waited_ms !== undefined && ` · ${fill(t.offer_waited, { time: durationText(waited_ms) })}`}
      </p>
    </li>
  );
}
