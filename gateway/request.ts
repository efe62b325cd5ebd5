import { refuse } from "../lib/errors.js";
import type { From } from "./origins.js";

/** A request as every transport hands it in. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** All of it; rejects with `too_large` when it is over the transport's limit. Either this or {@link content}, once. */
  readonly body: () => Promise<Uint8Array>;
  /** As it comes, however long it is. */
  readonly content: () => AsyncIterable<Uint8Array>;
  readonly address: string;
  /** Fires when the client is gone before its answer. Absent where the transport cannot tell. */
  readonly aborted?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | Download;
}

/** A body that is written as fast as its reader takes it. */
export interface Download {
  readonly bytes: number;
  readonly content: () => AsyncIterable<Uint8Array>;
}

/** The token of a request; refused as `unauthenticated` without one. */
export function bearerOf(request: HttpRequest): string {
  const match = /^Bearer (\S+)$/i.exec(request.header("authorization") ?? "");
  return match?.[1] ?? refuse("unauthenticated", "Give a token: Authorization: Bearer …");
}

/** The page behind a request. */
export function pageOf({ header }: Pick<HttpRequest, "header">): From {
  return { origin: header("origin"), host: header("host") };
}
