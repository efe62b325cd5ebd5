import { signal } from "@preact/signals";

/** What the main part of the page shows. */
export type Place = { readonly at: "inbox" } | { readonly at: "queue" } | { readonly at: "chat"; readonly c: string };

/** Kept in the address, so that a reload and the browser's back button know it too. */
export function placeOf(hash: string): Place {
  if (hash === "#queue") return { at: "queue" };
  const c = /^#c=(.+)$/.exec(hash)?.[1];
  return c === undefined ? { at: "inbox" } : { at: "chat", c: decoded(c) };
}

export function hashOf(place: Place): string {
  if (place.at === "chat") return `#c=${encodeURIComponent(place.c)}`;
  return place.at === "queue" ? "#queue" : "#";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const place = signal<Place>({ at: "inbox" });

/** Follows the address from the moment the page begins. */
export function followAddress(): void {
  const read = () => (place.value = placeOf(location.hash));
  addEventListener("hashchange", read);
  read();
}

export function go(to: Place): void {
  place.value = to;
  if (placeOf(location.hash).at !== to.at || to.at === "chat") location.hash = hashOf(to);
}
