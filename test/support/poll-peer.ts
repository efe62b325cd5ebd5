import { longPollTransport } from "../../client/src/index.js";
import type { OpenLine } from "./peer.js";

/** The SDK's long-poll transport as the line of a peer: frames at this end, HTTP calls at the other. */
export const pollLine: OpenLine = (url, _options, ears) => {
  const channel = longPollTransport().open(`${url.replace(/^http/, "ws")}/v1/ws`, ["deskwire.v1"], ears);
  return {
    send: (data) => channel.send(String(data)),
    cut: () => channel.close(1006, ""),
    close: () => channel.close(1000, ""),
  };
};
