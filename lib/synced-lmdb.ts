import { open, type RootDatabase } from "lmdb";

/** An environment for {@link writeAside}. */
export function openSynced(path: string, maxDbs: number): RootDatabase {
  // Batching by event turn would keep a promise of its own for each commit, which ends the process when the commit fails; it is slower, too.
  return open({ path, maxDbs, eventTurnBatching: false });
}

/**
 * One transaction whose disk is waited for on lmdb's own thread: this one goes on serving meanwhile. Resolves when it is synced, with what `write`
 * answered; nothing of it is there when it rejects.
 */
export async function writeAside<T>(root: RootDatabase, write: () => T): Promise<T> {
  try {
    const result = await root.childTransaction(write);
    await root.flushed;
    return result as T;
  } catch (error) {
    throw await causeOf(error);
  }
}

const closed = new WeakSet<RootDatabase>();

/** Waits for what is being written, and closes. Idempotent. */
export async function closeSynced(root: RootDatabase): Promise<void> {
  if (closed.has(root)) return;
  closed.add(root);
  // After a commit that failed, lmdb would wait for its flush for ever; one that has nothing to write takes its place, and is missed by nobody.
  await writeAside(root, () => undefined).catch(() => undefined);
  await root.close();
}

/** A commit that failed says why in a promise of its own, which ends the process when nobody takes it. */
async function causeOf(error: unknown): Promise<unknown> {
  try {
    await (error as { readonly commitError?: Promise<never> }).commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
