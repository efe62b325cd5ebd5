import { useSignal } from "@preact/signals";
import { Desk } from "./desk.js";
import { Login } from "./login.js";
import { go } from "./place.js";
import { type AgentSession, forget, logout } from "./session.js";

/** Signed in, the desk; otherwise the way in. */
export function App({ begun }: { readonly begun: AgentSession | undefined }) {
  const session = useSignal(begun);
  const over = useSignal(false);
  const leave = (ended: boolean) => {
    over.value = ended;
    session.value = undefined;
    go({ at: "inbox" });
  };
  const here = session.value;
  if (!here) return <Login over={over.value} done={(signedIn) => (session.value = signedIn)} />;
  return (
    <Desk
      key={here.user.id}
      session={here}
      over={() => {
        void forget(here);
        leave(true);
      }}
      logout={() => {
        // The tab forgets the session all the same; a server that is away will let the token run out.
        logout(here).catch(() => undefined);
        leave(false);
      }}
    />
  );
}
