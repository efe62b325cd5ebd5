import type { QueueView } from "@deskwire/client";
import { useEffect, useMemo } from "preact/hooks";
import { type AgentRow, Agents } from "./agents.js";
import { now } from "./clock.js";
import { hashOf } from "./place.js";
import { type TopicRow, Topics, Waiting, type WaitingRow } from "./waiting.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** Who waits, as it stands at this moment: counts for an agent; for a supervisor also who, and how busy everybody is. */
export function Queue() {
  const { queue, client } = useWorkplace();
  useEffect(() => {
    // Without a connection it is read as soon as there is one.
    const watch = (wish: boolean) => client.desk.readQueue(wish).catch(() => undefined);
    void watch(true);
    return () => void watch(false);
  }, [client]);
  const view = queue.value;
  const since_ms = useAge(view);
  const t = words.value;
  return (
    <div class="queue">
      <a class="backward" href={hashOf({ at: "inbox" })}>
        {t.back}
      </a>
      <section>
        <h2>{t.queue_title}</h2>
        {view && <Topics rows={view.topics as unknown as readonly TopicRow[]} since_ms={since_ms} />}
        {view?.waiting && <Waiting rows={view.waiting as unknown as readonly WaitingRow[]} since_ms={since_ms} />}
      </section>
      {view?.agents && (
        <section>
          <h2>{t.agents}</h2>
          <Agents rows={view.agents as unknown as readonly AgentRow[]} />
        </section>
      )}
    </div>
  );
}

/** How long ago the answer came, so that what waits goes on growing. */
function useAge(view: QueueView | undefined): number {
  // Each answer has its own time.
  const at = useMemo(() => Date.now(), [view]);
  return Math.max(0, now.value - at);
}
