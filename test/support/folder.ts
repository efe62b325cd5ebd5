import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** An empty folder that is gone when the test is over. */
export function emptyFolder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "deskwire-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
