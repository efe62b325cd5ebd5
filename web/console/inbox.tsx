import { HeldRow } from "./held.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** The conversations this agent holds, in the order they were given to it: a list that stays where it is while it is worked through. */
export function Inbox() {
  const { held, status } = useWorkplace();
  const t = words.value;
  const empty = status.value?.status === "online" ? t.inbox_empty : t.inbox_away;
  const inOrder = held.value.toSorted((a, b) => a.assigned_at - b.assigned_at);
  return (
    <section aria-label={t.inbox}>
      {held.value.length === 0 && status.value && <p class="empty">{empty}</p>}
      <ul>
        {inOrder.map((each) => (
          <li key={each.c}>
            <HeldRow held={each} />
          </li>
        ))}
      </ul>
    </section>
  );
}
