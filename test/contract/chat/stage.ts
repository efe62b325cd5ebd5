import type { TestContext } from "node:test";
import type { Position } from "../../../proto/position.js";
import { agentToken, type Frame, type OpenLine, Peer, type PeerOptions, visitorToken } from "../../support/peer.js";
import type { Cannot, Test } from "../suite.js";

export interface ChatAt {
  readonly test: Test;
  /** Where the gateway is. */
  readonly url: string;
  /** Whose accounts play; the demo's when left out. */
  readonly desk?: Desk;
  /** How visitors are connected; over a WebSocket when left out, as agents are always. */
  readonly visitors?: OpenLine;
  /** What cannot be had over it. */
  readonly cannot?: Cannot<ChatAbility>;
}

/**
 * `signals`: what has no place in the order (marks, typing, presence) reaches visitors. `frames`: what a visitor says is what the server gets, byte
 * for byte, and counted by connection. `closes`: the server can end a connection that says nothing.
 */
export type ChatAbility = "signals" | "frames" | "closes";

export type ChatSuite = (at: ChatAt) => void;

/** The parts that accounts play: two agents who serve every topic, and a supervisor. */
export type AgentName = "ada" | "lin" | "sun";

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** A tenant with the topics `support` (its default) and `sales`, and the account behind each part. */
export type Desk = { readonly tenant: string } & { readonly [Name in AgentName]: Account };

const demo = (username: string): Account => ({ username, password: "demo" });
export const DEMO: Desk = { tenant: "demo", ada: demo("ada"), lin: demo("lin"), sun: demo("sun") };

export function deskOf({ desk = DEMO }: Pick<ChatAt, "desk">): Desk {
  return desk;
}

/** The user ids behind the parts. */
export function idsOf(at: Pick<ChatAt, "desk">): { readonly [Name in AgentName]: string } {
  const { ada, lin, sun } = deskOf(at);
  return { ada: ada.username, lin: lin.username, sun: sun.username };
}

export function tokenOf(at: Pick<ChatAt, "desk" | "url">, name: AgentName): Promise<string> {
  const { username, password } = deskOf(at)[name];
  return agentToken(at.url, username, password, deskOf(at).tenant);
}

/** A new visitor's. */
export function guestToken(at: Pick<ChatAt, "desk" | "url">, name?: string): Promise<{ readonly token: string; readonly id: string }> {
  return visitorToken(at.url, name, deskOf(at).tenant);
}

/** A visitor with one socket. */
export interface Guest {
  readonly peer: Peer;
  readonly token: string;
  readonly id: string;
}

/** A conversation that an agent holds. */
export interface Held {
  readonly c: string;
  /** What its visitor was shown when it asked. */
  readonly opened: Frame;
  readonly guest: Guest;
  readonly agent: Peer;
}

/** People for one test. When it is over, its conversations are closed, its agents offline and its sockets gone. */
export class Stage {
  readonly url: string;
  readonly #at: ChatAt;
  readonly #visitors: OpenLine | undefined;
  readonly #peers: Peer[] = [];
  readonly #working: Peer[] = [];
  readonly #asked = new Map<string, Guest>();

  constructor(t: Pick<TestContext, "after">, at: ChatAt) {
    const { url, visitors } = at;
    this.url = url;
    this.#at = at;
    this.#visitors = visitors;
    t.after(() => this.#leave());
  }

  async guest(name?: string): Promise<Guest> {
    const { token, id } = await guestToken(this.#at, name);
    return { token, id, peer: await this.peer(token) };
  }

  /** Another connection of a visitor who has a token. */
  peer(token: string, resume?: Readonly<Record<string, Position>>, options?: PeerOptions): Promise<Peer> {
    return this.#greeted(token, resume, { ...(this.#visitors && { line: this.#visitors }), ...options });
  }

  async #greeted(token: string, resume?: Readonly<Record<string, Position>>, options?: PeerOptions): Promise<Peer> {
    const peer = await Peer.hello(this.url, token, resume, options);
    this.#peers.push(peer);
    return peer;
  }

  /** A socket that said nothing yet. */
  async stranger(options?: PeerOptions): Promise<Peer> {
    const peer = await new Peer(this.url, options).opened();
    this.#peers.push(peer);
    return peer;
  }

  /** An agent who takes conversations. */
  async agent(name: AgentName): Promise<Peer> {
    const agent = await this.reader(name);
    await agent.do("status", { status: "online", capacity: 5 });
    this.#working.push(agent);
    return agent;
  }

  /** An agent's socket; its status stays as it is. */
  async reader(name: AgentName, resume?: Readonly<Record<string, Position>>): Promise<Peer> {
    return this.#greeted(await tokenOf(this.#at, name), resume);
  }

  /** Asks; answers the reply to `open`. */
  async ask(guest: Guest, ask: object = { topic: "support" }): Promise<Frame & { readonly c: string }> {
    const opened = await guest.peer.do("open", { ask });
    const c = String(opened["c"]);
    this.#asked.set(c, guest);
    return { ...opened, c };
  }

  /** A visitor asked and this agent accepted. */
  async held(name: AgentName = "ada"): Promise<Held> {
    const agent = await this.agent(name);
    const guest = await this.guest();
    const opened = await this.ask(guest);
    await accept(agent, opened.c);
    return { c: opened.c, opened, guest, agent };
  }

  async #leave(): Promise<void> {
    for (const agent of this.#working) await agent.ask("status", { status: "offline" }).catch(() => undefined);
    // A server that the test killed has nothing open.
    for (const [c, { token }] of this.#asked) await this.#close(c, token).catch(() => undefined);
    for (const peer of this.#peers) peer.cut();
  }

  async #close(c: string, token: string): Promise<void> {
    const peer = await Peer.hello(this.url, token);
    await peer.ask("close", { c });
    await peer.close();
  }
}

/** The offer of this conversation that stands, once it is there. */
export async function offered(agent: Peer, c: string): Promise<{ readonly c: string; readonly offer: string }> {
  const over = (id: unknown): boolean => agent.events("offer_end", c).some(({ offer }) => offer === id);
  const { offer } = await agent.event("offer", (event) => event["c"] === c && !over(event["offer"]));
  return { c, offer: String(offer) };
}

export async function accept(agent: Peer, c: string): Promise<Frame> {
  return agent.do("accept", await offered(agent, c));
}

/** The fields of a `send` of text. */
export function text(c: string, mid: string, said = `this is ${mid}`): object {
  return { c, mid, kind: "text", body: { text: said } };
}

/** The places of a conversation that this socket was shown, on the page that opened it and since. */
export function placesIn(opened: Frame, peer: Peer): number[] {
  const shown = [
    ...(opened["messages"] as Frame[]),
    ...peer.events("message", String(opened["c"])),
    ...peer.events("skip", String(opened["c"])),
  ];
  return shown.map(({ pos }) => (pos as number[])[1] as number).sort((a, b) => a - b);
}

/** Resolves with the message when it came. */
export function heard(peer: Peer, c: string, mid: string): Promise<Frame> {
  return peer.event("message", (event) => event["c"] === c && event["mid"] === mid);
}

/** The mids of the messages people said, as they came to this socket. */
export function mids(frames: readonly Frame[]): unknown[] {
  return frames.filter(({ kind }) => kind !== "routing" && kind !== "hidden").map(({ mid }) => mid);
}

export function codeOf(reply: Frame): unknown {
  return (reply["error"] as { readonly code?: unknown } | undefined)?.code;
}

/** The routing events of a page or a socket, as far as the reader sees them. */
export function routings(frames: readonly Frame[]): unknown[] {
  return frames.filter(({ kind }) => kind === "routing").map(({ body }) => (body as { readonly event: string }).event);
}
