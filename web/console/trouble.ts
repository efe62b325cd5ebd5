import { ClientError } from "@deskwire/client";
import { signal } from "@preact/signals";

/** The code of the last thing that did not work, until it is put away or something else is tried. */
export const trouble = signal<string | undefined>();

/** Does something the agent asked for; false when it was refused, and then the page says so. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  trouble.value = undefined;
  try {
    await work();
    return true;
  } catch (error) {
    trouble.value = error instanceof ClientError ? error.code : "unavailable";
    return false;
  }
}
