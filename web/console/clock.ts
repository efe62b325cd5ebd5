import { signal } from "@preact/signals";

const EVERY_MS = 1_000;

/** The local time in ms since the Unix epoch, a second exact: what shows a duration reads it and is drawn again. */
export const now = signal(Date.now());

setInterval(() => (now.value = Date.now()), EVERY_MS);
