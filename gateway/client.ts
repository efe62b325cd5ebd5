import type { Lanes } from "../lib/lanes.js";
import type { Outlet } from "./outlet.js";
import type { Reader } from "./reader.js";
import type { Session } from "./session.js";
import type { Arrival } from "./socket.js";

/** The client at the other end of one connection, as commands see it. */
export interface Client {
  /** Names this socket in signals and logs. */
  readonly id: string;
  readonly arrival: Arrival;
  readonly outlet: Outlet;
  /** What it has open, by conversation. */
  readonly readers: Map<string, Reader>;
  /** Sends to one conversation take positions in the order they came. */
  readonly sends: Lanes;
  /** Who it is; only what runs after `hello` may ask. */
  readonly session: Session;
  /** For how long nothing was heard of it. */
  readonly silent_ms: number;

  /** Takes a verified session in; when that runs out the socket is closed. */
  admit(session: Session): void;

  /** Resolves when every send it gave so far is answered. */
  settled(): Promise<void>;
}
