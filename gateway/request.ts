import { refuse } from "../lib/errors.js";

/** A request as every transport hands it in. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** Refused as `too_large` when it was over the transport's limit. */
  readonly body: () => Uint8Array;
  readonly address: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The token of a request; refused as `unauthenticated` without one. */
export function bearerOf(request: HttpRequest): string {
  const match = /^Bearer (\S+)$/i.exec(request.header("authorization") ?? "");
  return match?.[1] ?? refuse("unauthenticated", "Give a token: Authorization: Bearer …");
}
