import { fill } from "../messages/language.js";
import { words } from "./words.js";

export interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly status: "online" | "away" | "offline";
  readonly capacity: number;
  readonly load: number;
}

/** Everybody the desk knows of, and how busy each is. */
export function Agents({ rows }: { readonly rows: readonly AgentRow[] }) {
  const t = words.value;
  return (
    <table>
      <thead>
        <tr>
          <th>{t.agent}</th>
          <th>{t.status}</th>
          <th class="number">{t.agent_load}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>{row.name}</td>
            <td>
              <span class={`light ${row.status}`} /> {t[row.status]}
            </td>
            <td class="number">{fill(t.load, { load: row.load, capacity: row.capacity })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
