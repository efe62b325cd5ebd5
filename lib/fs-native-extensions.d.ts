declare module "fs-native-extensions" {
  /** An exclusive lock on the open file, or false when another open file holds one. The lock ends with the last descriptor. */
  export function tryLock(fd: number): boolean;
  /** Resolves when the lock is granted. */
  export function waitForLock(fd: number): Promise<void>;
}
