import type { Party } from "@deskwire/client";
import { hashOf } from "./place.js";
import { durationText, stateText, words } from "./words.js";
import { useWorkplace } from "./workplace.js";

export interface TopicRow {
  readonly topic: string;
  readonly waiting: number;
  readonly oldest_ms: number;
}

export interface WaitingRow {
  readonly c: string;
  readonly topic: string;
  readonly visitor: Party;
  readonly priority: number;
  readonly waited_ms: number;
  readonly state: string;
}

/** How many wait for each topic. */
export function Topics({ rows, since_ms }: { readonly rows: readonly TopicRow[]; readonly since_ms: number }) {
  const { topics } = useWorkplace();
  const t = words.value;
  if (rows.every(({ waiting }) => waiting === 0)) return <p class="soft">{t.queue_empty}</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>{t.queue_topic}</th>
          <th class="number">{t.queue_waiting}</th>
          <th class="number">{t.queue_oldest}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ topic, waiting, oldest_ms }) => (
          <tr key={topic}>
            <td>{topics.nameOf(topic)}</td>
            <td class="number">{waiting}</td>
            <td class="number">{waiting > 0 && durationText(oldest_ms + since_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who waits, next first in each topic. */
export function Waiting({ rows, since_ms }: { readonly rows: readonly WaitingRow[]; readonly since_ms: number }) {
  const { topics } = useWorkplace();
  const t = words.value;
  if (rows.length === 0) return null;
  return (
    <table>
      <thead>
        <tr>
          <th>{t.queue_visitor}</th>
          <th>{t.queue_topic}</th>
          <th>{t.queue_state}</th>
          <th class="number">{t.queue_priority}</th>
          <th class="number">{t.queue_since}</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {rows.map(({ c, visitor, topic, state, priority, waited_ms }) => (
          <tr key={c}>
            <td>{visitor.name}</td>
            <td>{topics.nameOf(topic)}</td>
            <td>{stateText(state)}</td>
            <td class="number">{priority}</td>
            <td class="number">{durationText(waited_ms + since_ms)}</td>
            <td class="number">
              <a href={hashOf({ at: "chat", c })}>{t.look}</a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
