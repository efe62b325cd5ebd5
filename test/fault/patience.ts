const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 1;

/** Resolves when it is so. A load may take its time; one that stands still is reported. */
export async function patiently(what: string, isSo: () => boolean): Promise<void> {
  const end_ms = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > end_ms) throw new Error(`waited ${PATIENCE_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
