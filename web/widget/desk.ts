import { type Client, createClient, fallbackTransport, Http, longPollTransport, SessionKeeper, webSocketTransport } from "@deskwire/client";
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
  /** The visitor is who this token of the site says. */
  identify(token: string): Promise<void>;
}

/** Nothing is asked of the server until `connect`: most visitors only pass by. */
export function desk({ gateway, tenant, topic, name }: Embedding, changed: () => void): Desk {
  const storage = pageStorage(() => localStorage);
  const http = new Http({ url: gateway });
  const begin = () => {
    talk.forget();
    return http.visitors({ tenant, ...(name === undefined ? {} : { name }) });
  };
  const keeper = new SessionKeeper({ http, storage, tenant, begin });
  const transport = fallbackTransport(webSocketTransport(WebSocket), longPollTransport());
  const client = createClient({ url: gateway, tenant, token: keeper.token, transport, storage });
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
    async identify(site) {
      // Who has not connected yet says hello as that visitor.
      if (client.state !== "idle") await client.identify(site);
      await keeper.identify(site);
    },
    connect() {
      client.wake();
      if (client.state === "idle" || client.state === "stopped") void client.start();
      void talk.resume();
    },
  };
}
