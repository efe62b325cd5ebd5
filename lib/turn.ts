/**
 * Resolves at the end of the event loop's current turn, when everything that was ready to be read has been handed out. Promises alone do not
 * wait for that: a chain of them that never leaves the microtask queue keeps the sockets from being read.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
