import { ERRORS, type ErrorCode } from "../proto/codes.js";

/**
 * A refusal that a client is told about: one code of `proto/codes.ts` and a text for people.
 *
 * Thrown anywhere behind the gateway, also across gRPC; the gateway turns it into an error reply once, in one place.
 * A bug is an assertion or a TypeError, never one of these.
 */
export class DeskError extends Error {
  override readonly name = "DeskError";
  readonly code: ErrorCode;
  readonly retry_after_ms: number | undefined;

  constructor(code: ErrorCode, message?: string, retry_after_ms?: number) {
    super(message ?? ERRORS[code].meaning);
    this.code = code;
    this.retry_after_ms = retry_after_ms;
  }

  get retry(): boolean {
    return ERRORS[this.code].retry;
  }
}

export function refuse(code: ErrorCode, message?: string, retry_after_ms?: number): never {
  throw new DeskError(code, message, retry_after_ms);
}
