import { ERRORS, type ErrorCode } from "../../proto/codes.js";
import type { WireError } from "./wire.js";

/**
 * Codes of the protocol, and three of the SDK's own: `disconnected` (the connection ended before the answer: outcome unknown),
 * `undeliverable` (this message closed the connection and is not sent again by itself), `stopped` (the client has stopped).
 */
export type ClientCode = ErrorCode | "disconnected" | "undeliverable" | "stopped";

/** Every refusal an application hears of. `retry`: the same call may be made again, after `retry_after_ms` when given. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientCode;
  readonly retry: boolean;
  readonly retry_after_ms: number | undefined;

  constructor(code: ClientCode, message?: string, retry?: boolean, retry_after_ms?: number) {
    super(message ?? code);
    this.code = code;
    this.retry = retry ?? (code === "disconnected" || (code in ERRORS && ERRORS[code as ErrorCode].retry));
    this.retry_after_ms = retry_after_ms;
  }
}

/** `unavailable`, and not by the word of a Deskwire: the network failed, or something else answered. */
export class Unreached extends ClientError {
  constructor(message: string) {
    super("unavailable", message);
  }
}

export function fromWire(error: WireError): ClientError {
  const { code, message, retry, retry_after_ms } = error;
  return new ClientError(code, message, retry, retry_after_ms === undefined ? undefined : Math.max(0, retry_after_ms));
}

/** A failure that may pass by itself. Anything the SDK did not make (a network error of fetch, say) counts as one. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ClientError) || error.retry;
}

export function asClientError(error: unknown): ClientError {
  return error instanceof ClientError ? error : new ClientError("unavailable", String(error));
}
