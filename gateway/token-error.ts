import { errors } from "jose";
import { DeskError } from "../lib/errors.js";

/** `unauthenticated`, and how a socket with this token is closed. */
export class TokenError extends DeskError {
  readonly close: "token_expired" | "token_invalid" | "token_revoked";

  constructor(close: TokenError["close"], message: string) {
    super("unauthenticated", message);
    this.close = close;
  }
}

/** What a token that jose refuses is refused with; a fault of ours stays one. */
export function refusedToken(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new TokenError("token_expired", "This token has run out.");
  return error instanceof errors.JOSEError ? invalidToken() : error;
}

/** A token that is nobody's learns no more than that. */
export function invalidToken(): TokenError {
  return new TokenError("token_invalid", "This token is not good here.");
}
