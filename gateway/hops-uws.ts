import type { HttpResponse, HttpRequest as UwsRequest } from "uWebSockets.js";
import type { Hops } from "./client-address.js";

/** What a request's connection and head say of where it comes from. To be asked while the request's handler runs. */
export function hopsOf(response: HttpResponse, request: UwsRequest): Hops {
  const forwarded: string[] = [];
  request.forEach((name, value) => {
    // A proxy may add a line of its own instead of adding to the one it got.
    if (name === "x-forwarded-for") forwarded.push(value);
  });
  return { peer: text(response.getRemoteAddressAsText()), proxied: text(response.getProxiedRemoteAddressAsText()), forwarded };
}

function text(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("latin1");
}
