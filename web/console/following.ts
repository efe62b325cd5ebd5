import type { Client } from "@deskwire/client";
import { type ReadonlySignal, signal, useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/** Calls the listener at every change; answers what ends that. */
type Subscribe = (listener: () => void) => () => void;

/** A signal of what something outside of the page's signals says, read again at each of its changes. */
export function following<T>(subscribe: Subscribe, read: () => T): ReadonlySignal<T> {
  const value = signal(read());
  subscribe(() => (value.value = read()));
  return value;
}

/**
 * Draws the calling component again at every change of the thing. Each component that reads the thing has to call it: one that is drawn with
 * the same properties as before is not drawn again with its parent.
 */
export function useChanges(thing: { subscribe: Subscribe }): void {
  const changes = useSignal(0);
  // At once, not after the next paint: a change in between would never be drawn.
  useLayoutEffect(() => thing.subscribe(() => changes.value++), [thing, changes]);
  void changes.value;
}

/** Draws the calling component again when any conversation changed. */
export function useAnyConversation(client: Client): void {
  const changes = useSignal(0);
  useLayoutEffect(() => client.on("conversation", () => changes.value++), [client, changes]);
  void changes.value;
}
