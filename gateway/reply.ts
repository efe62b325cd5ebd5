import { replyFrame } from "../proto/frames.js";

/** The answer to one command. */
export interface Reply {
  /** The encoded frame, given the command's id. */
  readonly frame: (id: number) => string;
  /** What may only happen once the frame went out. */
  readonly sent?: () => void;
}

/** A reply of plain fields. */
export function reply(result: object): Reply {
  return { frame: (id) => replyFrame(id, result) };
}

export const DONE: Reply = reply({});
