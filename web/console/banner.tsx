import type { State } from "@deskwire/client";
import { fill } from "../messages/language.js";
import { useOnline } from "./online.js";
import { trouble } from "./trouble.js";
import { chatWords, troubleText, words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** What is not as it should be, as long as it is so: the connection, a status the agent did not choose, something that did not work. */
export function Banner() {
  return (
    <div class="banners">
      <Connection />
      <Moved />
      <Trouble />
    </div>
  );
}

const ON_ITS_WAY: ReadonlySet<State> = new Set<State>(["idle", "needs_token", "connecting", "hello"]);

function Connection() {
  const { client, state, blocked } = useWorkplace();
  const online = useOnline();
  const t = chatWords.value;
  if (state.value === "ready") return null;
  const first = client.hello === undefined && ON_ITS_WAY.has(state.value);
  const text = online ? (first ? t.connecting : t.reconnecting) : t.offline;
  return (
    <div class="banner" role="status">
      <p>{state.value === "stopped" ? t.stopped : blocked.value ? words.value.blocked : text}</p>
      {state.value === "stopped" && (
        <button type="button" onClick={() => client.start()}>
          {t.connect_now}
        </button>
      )}
      {client.mayWake && online && (
        <button type="button" onClick={() => client.wake()}>
          {t.connect_now}
        </button>
      )}
    </div>
  );
}

/** The agent's own doing: on another device, or before it came back. */
const OWN: ReadonlySet<string> = new Set(["set", "restored"]);

function Moved() {
  const { reason, status } = useWorkplace();
  const t = words.value;
  if (status.value?.status !== "away" || reason.value === undefined || OWN.has(reason.value)) return null;
  const text = reason.value === "missed_offer" ? t.away_missed_offer : fill(t.away_other, { status: t.away });
  return (
    <div class="banner" role="status">
      <p>{text}</p>
    </div>
  );
}

function Trouble() {
  const code = trouble.value;
  return (
    <div role="alert">
      {code !== undefined && (
        <div class="banner">
          <p>{troubleText(code)}</p>
          <button type="button" onClick={() => (trouble.value = undefined)}>
            {words.value.dismiss}
          </button>
        </div>
      )}
    </div>
  );
}
