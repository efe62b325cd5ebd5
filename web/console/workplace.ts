import {
  type AgentStatus,
  type Client,
  createClient,
  type Held,
  type OpenOffer,
  type QueueView,
  type State,
  Upgrades,
  webSocketTransport,
  webStorage,
} from "@deskwire/client";
import { type ReadonlySignal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { following } from "./following.js";
import type { AgentSession } from "./session.js";
import { type Topics, topicsOf } from "./topics.js";

/** Where one signed-in agent works: its connection, and what the desk says, as signals to draw from. */
export interface Workplace {
  readonly client: Client;
  readonly session: AgentSession;
  readonly topics: Topics;
  readonly state: ReadonlySignal<State>;
  /** HTTP gets through to the server, WebSocket does not. */
  readonly blocked: ReadonlySignal<boolean>;
  readonly status: ReadonlySignal<AgentStatus | undefined>;
  /** Why the status changed, when it was not this page that set it. */
  readonly reason: ReadonlySignal<string | undefined>;
  readonly offers: ReadonlySignal<readonly OpenOffer[]>;
  readonly held: ReadonlySignal<readonly Held[]>;
  readonly queue: ReadonlySignal<QueueView | undefined>;
  /** Server time less this device's, in ms. */
  readonly ahead: ReadonlySignal<number>;
  /** Begins to work; answers what ends it. */
  open(): () => void;
}

/** `over` is called when the server takes this session no longer. */
export function workplace(session: AgentSession, over: () => void): Workplace {
  const upgrades = new Upgrades(webSocketTransport(WebSocket));
  const client = createClient({
    url: location.origin,
    tenant: session.tenant,
    token: session.token,
    transport: upgrades,
    storage: webStorage(sessionStorage),
  });
  const { desk } = client;
  const onDesk = <T>(read: () => T) => following((listener) => desk.subscribe(listener), read);
  const topics = topicsOf(session.tenant);
  client.on("ready", () => topics.load());
  client.on("error", (error) => error.code === "unauthenticated" && over());
  desk.subscribe(openHeld(client));
  return {
    client,
    session,
    topics,
    state: following(
      (listener) => client.on("state", listener),
      () => client.state,
    ),
    blocked: blocking(client, upgrades),
    status: onDesk(() => desk.current),
    reason: onDesk(() => desk.reason),
    offers: onDesk(() => desk.offers),
    held: onDesk(() => desk.held),
    queue: onDesk(() => desk.queue),
    ahead: following(
      (listener) => client.on("ready", listener),
      () => (client.hello ? client.hello.now - Date.now() : 0),
    ),
    open: () => begin(client),
  };
}

const FAILED_MOST = 2;

/** Upgrades fail while the server answers calls: something in between lets none through. */
function blocking(client: Client, upgrades: Upgrades): ReadonlySignal<boolean> {
  const blocked = signal(false);
  client.on("state", async (state) => {
    if (state === "ready") blocked.value = false;
    if (state !== "waiting" || upgrades.failed < FAILED_MOST) return;
    blocked.value = await fetch("/v1/session").then(isAnswer, () => false);
  });
  return blocked;
}

/** The server itself asks for a token; a proxy in its place would say something else. */
const isAnswer = ({ status }: Response) => status === 401;

/** Everything held is attached, so that unread messages and waiting visitors show without being looked at. */
function openHeld(client: Client): () => void {
  const opening = new Set<string>();
  const open = async (c: string) => {
    opening.add(c);
    // What can no longer be read says so itself, where it is shown.
    await client.open(c).catch(() => undefined);
    opening.delete(c);
  };
  return () => {
    for (const { c } of client.desk.held) if (!client.conversation(c).attached && !opening.has(c)) void open(c);
  };
}

function begin(client: Client): () => void {
  const end = new AbortController();
  const back = () => client.wake();
  // Another device may have changed what this page last heard of.
  const seen = () => {
    if (document.visibilityState !== "visible") return;
    client.wake();
    if (client.state === "ready") client.desk.refresh();
  };
  addEventListener("online", back, end);
  addEventListener("focus", seen, end);
  document.addEventListener("visibilitychange", seen, end);
  void client.start();
  return () => {
    end.abort();
    client.stop();
  };
}

export const WorkplaceContext = createContext<Workplace | undefined>(undefined);

export function useWorkplace(): Workplace {
  const here = useContext(WorkplaceContext);
  if (!here) throw new TypeError("there is no workplace around this component");
  return here;
}
