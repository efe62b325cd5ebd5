import { useSignal } from "@preact/signals";
import { Desk } from "./desk.js";
import { Login } from "./login.js";
import { go } from "./place.js";
import { forgetSession, logout, storedSession } from "./session.js";

/** Signed in, the desk; otherwise the way in. */
export function App() {
  const session = useSignal(storedSession());
  const over = useSignal(false);
  const leave = (ended: boolean) => {
    over.value = ended;
    session.value = undefined;
    go({ at: "inbox" });
  };
  if (!session.value) return <Login over={over.value} done={(begun) => (session.value = begun)} />;
  return (
    <Desk
      key={session.value.user.id}
      session={session.value}
      over={() => {
        forgetSession();
        leave(true);
      }}
      logout={() => {
        // The tab has forgotten the session already; a server that is away will let the token run out.
        logout().catch(() => undefined);
        leave(false);
      }}
    />
  );
}
