import type { Storage } from "./storage.js";

/** The part of the Web Storage API this SDK uses. */
export interface WebStorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A storage over `localStorage`, `sessionStorage` or anything shaped like them. */
export function webStorage(area: WebStorageLike): Storage {
  return {
    get: (key) => area.getItem(key),
    set: (key, value) => area.setItem(key, value),
    remove: (key) => area.removeItem(key),
  };
}
