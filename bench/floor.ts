import { agentToken, visitorToken } from "../test/support/peer.js";
import { Chatter } from "./chatter.js";

/** Somebody who talks in one conversation. */
export interface Speaker {
  readonly chatter: Chatter;
  readonly c: string;
  /** Up to where it has read: what it sends next is sent in view of that. */
  read: unknown;
}

const AGENTS = ["ada", "lin"];

/** Visitors with a conversation each, and the demo's agents who hold them all. Two speakers a conversation. */
export class Floor {
  readonly speakers: readonly Speaker[];
  readonly #chatters: readonly Chatter[];

  private constructor(speakers: readonly Speaker[], chatters: readonly Chatter[]) {
    this.speakers = speakers;
    this.#chatters = chatters;
  }

  static async fill(url: string, conversations: number): Promise<Floor> {
    const held = new Map<string, Speaker>();
    const agents = await Promise.all(AGENTS.map((name) => agent(url, name, held)));
    const visitors: Speaker[] = [];
    for (let i = 0; i < conversations; i++) visitors.push(await visitor(url, `Visitor ${i}`));
    console.log(`          ${conversations} visitors asked; agents take them …`);
    while (held.size < conversations) await new Promise((resolve) => setImmediate(resolve));
    return new Floor([...visitors, ...held.values()], [...agents, ...visitors.map(({ chatter }) => chatter)]);
  }

  get events(): number {
    return this.#chatters.reduce((sum, { events }) => sum + events, 0);
  }

  leave(): void {
    for (const chatter of this.#chatters) chatter.close();
  }
}

async function agent(url: string, name: string, held: Map<string, Speaker>): Promise<Chatter> {
  const chatter = await Chatter.hello(url, await agentToken(url, name));
  chatter.on("offer", ({ c, offer }) => {
    const accepted = chatter.do("accept", { c, offer });
    void accepted.then(({ head }) => held.set(String(c), { chatter, c: String(c), read: head }));
  });
  await chatter.do("status", { status: "online", capacity: 500 });
  return chatter;
}

async function visitor(url: string, name: string): Promise<Speaker> {
  const chatter = await Chatter.hello(url, (await visitorToken(url, name)).token);
  const { c, head } = await chatter.do("open", { ask: {} });
  return { chatter, c: String(c), read: head };
}
