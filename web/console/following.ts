import type { Client } from "@deskwire/client";
import { type ReadonlySignal, signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Calls the listener at every change; answers what ends that. */
type Subscribe = (listener: () => void) => () => void;

/** A signal of what something outside of the page's signals says, read again at each of its changes. */
export function following<T>(subscribe: Subscribe, read: () => T): ReadonlySignal<T> {
  const value = signal(read());
  subscribe(() => (value.value = read()));
  return value;
}

/** Draws the calling component again at every change of the thing. */
export function useChanges(thing: { subscribe: Subscribe }): void {
  const changes = useSignal(0);
  useEffect(() => thing.subscribe(() => changes.value++), [thing, changes]);
  void changes.value;
}

/** Draws the calling component again when any conversation changed. */
export function useAnyConversation(client: Client): void {
  const changes = useSignal(0);
  useEffect(() => client.on("conversation", () => changes.value++), [client, changes]);
  void changes.value;
}
