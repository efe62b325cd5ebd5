import { type Client, createClient, Http, SessionKeeper, webSocketTransport } from "@deskwire/client";
import type { Embedding } from "./embedded.js";
import { Memory } from "./memory.js";
import { pageStorage } from "./page.js";
import { Talk } from "./talk.js";

/** The desk as this visitor reaches it. */
export interface Desk {
  readonly client: Client;
  readonly memory: Memory;
  readonly talk: Talk;
  /** The connection broke or was refused, and is not back. */
  readonly failed: boolean;
  /** Connects, or tries again at once. */
  connect(): void;
}

/** Nothing is asked of the server until `connect`: most visitors only pass by. */
export function desk({ gateway, tenant, topic, name }: Embedding, changed: () => void): Desk {
  const storage = pageStorage(() => localStorage);
  const http = new Http({ url: gateway });
  const begin = () => {
    talk.forget();
    return http.visitors({ tenant, ...(name === undefined ? {} : { name }) });
  };
  const { token } = new SessionKeeper({ http, storage, tenant, begin });
  const client = createClient({ url: gateway, tenant, token, transport: webSocketTransport(WebSocket), storage });
  const memory = new Memory(storage, tenant);
  const talk = new Talk({ client, memory, ask: topic === undefined ? {} : { topic }, changed });
  let failed = false;

  client.on("state", (state) => {
    if (state === "ready" || state === "waiting" || state === "stopped") failed = state !== "ready";
    changed();
  });
  return {
    ...{ client, memory, talk },
    get failed() {
      return failed;
    },
    connect() {
      client.wake();
      if (client.state === "idle" || client.state === "stopped") void client.start();
      void talk.resume();
    },
  };
}
