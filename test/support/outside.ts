import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { WebSocket } from "ws";
import { type Frame, type OpenLine, Peer } from "./peer.js";

/** Where a client comes from: one of the addresses of the loopback network, and what it claims by headers. */
export interface Client {
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Frame;
}

/** One HTTP call of that client, on a connection of its own. */
export async function callFrom(
  { from = "127.0.0.1", headers = {}, token }: Client,
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answered> {
  const all = { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const asked = request(`${url}${path}`, { method, localAddress: from, headers: all, agent: false });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const text = (await response.toArray()).join("");
  return { status: response.statusCode ?? 0, headers: response.headers, body: text.startsWith("{") ? (JSON.parse(text) as Frame) : {} };
}

export function visitorFrom(client: Client, url: string): Promise<Answered> {
  return callFrom(client, url, "POST", "/v1/visitors", { tenant: "demo" });
}

/** The token of a visitor that comes from there. */
export async function tokenFrom(client: Client, url: string): Promise<string> {
  const { status, body } = await visitorFrom(client, url);
  if (status !== 200) throw new Error(`no visitor from ${client.from}: ${JSON.stringify(body)}`);
  return String(body["token"]);
}

/** A socket of that client. */
export function peerFrom({ from = "127.0.0.1", headers = {} }: Client, url: string): Peer {
  const line: OpenLine = (to, _, ears) => {
    const socket = new WebSocket(`${to.replace(/^http/, "ws")}/v1/ws`, "deskwire.v1", { localAddress: from, headers });
    socket.on("open", () => ears.opened());
    socket.on("message", (data) => ears.message(String(data)));
    socket.on("close", (code, reason) => ears.closed(code, String(reason)));
    socket.on("error", () => undefined);
    return { send: (data) => socket.send(data), cut: () => socket.terminate(), close: () => socket.close() };
  };
  return new Peer(url, { line });
}

/** A socket of that client that said hello. */
export async function helloFrom(client: Client, url: string, token: string): Promise<Peer> {
  const peer = await peerFrom(client, url).opened();
  await peer.do("hello", { token });
  return peer;
}
