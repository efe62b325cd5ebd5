import { signal } from "@preact/signals";

const online = signal(navigator.onLine);

addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));

/** False when the browser knows that it has no network. */
export function useOnline(): boolean {
  return online.value;
}
