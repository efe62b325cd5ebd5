import { Languages } from "./languages.js";
import { Status } from "./status.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

export function Top({ logout }: { readonly logout: () => void }) {
  const { session } = useWorkplace();
  return (
    <header class="top">
      <h1 class="brand">Deskwire</h1>
      <Status />
      <span class="gap" />
      <Languages />
      <span class="me">{session.user.name}</span>
      <button type="button" onClick={logout}>
        {words.value.logout}
      </button>
    </header>
  );
}
