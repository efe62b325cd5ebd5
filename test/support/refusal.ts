import { DeskError } from "../../lib/errors.js";
import type { ErrorCode } from "../../proto/codes.js";

/** For `assert.rejects`: the refusal with this code. */
export function refusal(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof DeskError && error.code === code;
}
