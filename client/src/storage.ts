/**
 * Storage: strings by key, kept over a reload of the page. Answers may be given at once or as a promise.
 *
 * A `set` that resolved is seen by every later `get`. Two pages may share one storage: whoever writes reads first.
 */
export interface Storage {
  get(key: string): MaybePromise<string | null | undefined>;
  set(key: string, value: string): MaybePromise<void>;
  remove(key: string): MaybePromise<void>;
}

export type MaybePromise<T> = T | Promise<T>;

/** Forgets everything with the page. */
export function memoryStorage(): Storage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}
