import type { Party } from "../../proto/message.js";
import type { Clock } from "./clock.js";
import type { Outbox } from "./outbox.js";
import type { Fields } from "./wire.js";

/** What a conversation needs of its client. */
export interface Core {
  readonly clock: Clock;
  readonly random: () => number;
  readonly outbox: Outbox;
  readonly user: Party | undefined;
  readonly textBytes: number;
  /** The server's time, in ms. */
  readonly serverNow: number;
  readonly page: number;
  call<R>(op: string, fields: Fields): Promise<R>;
  /** As `call`, again and again while the failure may pass. */
  insist<R>(op: string, fields: Fields, first?: (result: R) => void): Promise<R>;
  tell(op: string, fields: Fields): void;
  mid(): string;
}
