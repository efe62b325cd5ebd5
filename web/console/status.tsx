import type { AgentPresence } from "@deskwire/client";
import type { TargetedEvent } from "preact";
import { fill } from "../messages/language.js";
import { attempt } from "./trouble.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

const STATUSES: readonly AgentPresence[] = ["online", "away", "offline"];
const CAPACITY_MOST = 10_000;

/** Whether and how much this agent works, over all its devices. Shows what the server says holds, not what was wished. */
export function Status() {
  const { client, state, status } = useWorkplace();
  const t = words.value;
  const holds = status.value;
  if (!holds) return null;
  const unreachable = state.value !== "ready";

  const choose = async ({ currentTarget: field }: TargetedEvent<HTMLSelectElement>) => {
    await attempt(() => client.desk.status(field.value as AgentPresence));
    field.value = status.value?.status ?? holds.status;
  };
  const limit = async ({ currentTarget: field }: TargetedEvent<HTMLInputElement>) => {
    const capacity = Math.min(CAPACITY_MOST, Math.max(0, Math.round(Number(field.value))));
    await attempt(() => client.desk.status(holds.status, { capacity }));
    field.value = String(status.value?.capacity ?? holds.capacity);
  };

  return (
    <>
      <label>
        <span class={`light ${unreachable ? "" : holds.status}`} />
        {t.status}
        <select value={holds.status} disabled={unreachable} onChange={choose}>
          {STATUSES.map((each) => (
            <option key={each} value={each}>
              {t[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t.capacity}
        <input type="number" min={0} max={CAPACITY_MOST} value={holds.capacity} disabled={unreachable} onChange={limit} />
      </label>
      <span class="soft small">
        {t.agent_load} {fill(t.load, { load: holds.load, capacity: holds.capacity })}
      </span>
    </>
  );
}
