import type { Position } from "../../proto/position.js";
import type { ClientCode } from "./errors.js";
import type { Fields } from "./wire.js";

/** A message on its way. All of it stands in storage. */
export interface Outgoing {
  readonly c: string;
  readonly mid: string;
  readonly kind: string;
  readonly body: Fields;
  /** Up to where its conversation had been read when it was written; the same on every try. */
  readonly since: Position;
  readonly at: number;
  user?: string;
  /** Why it is not sent any more, until somebody retries or discards it. */
  failed?: ClientCode;
}
