import { type Client, type Conversation, createClient, Http } from "../../client/src/index.js";
import type { Recorder } from "../checker/recorder.js";
import { agentToken } from "../support/peer.js";
import { until } from "../support/until.js";
import { recordingTransport } from "./recording-transport.js";

const AGENTS = ["ada", "lin"] as const;
const CAPACITY = 500;

/** One conversation as its two sides have it. */
export interface Pair {
  readonly c: string;
  readonly visitor: Conversation;
  readonly agent: Conversation;
}

/** Visitors and agents of the demo tenant, each on the SDK as an application would use it. */
export class Crowd {
  readonly #url: () => string;
  readonly #recorder: Pick<Recorder, "client">;
  readonly #tokens = new Map<string, string>();
  readonly #clients = new Map<string, Client>();

  constructor(url: () => string, recorder: Pick<Recorder, "client">) {
    this.#url = url;
    this.#recorder = recorder;
  }

  /** Everybody, by name. */
  get clients(): ReadonlyMap<string, Client> {
    return this.#clients;
  }

  get connected(): number {
    return [...this.#clients.values()].filter(({ state }) => state === "ready").length;
  }

  /** The agents come online, the visitors ask, every offer is accepted. */
  async meet(conversations: number): Promise<readonly Pair[]> {
    const agents = await Promise.all(AGENTS.map((name) => this.#agent(name)));
    const pairs: Pair[] = [];
    for (let i = 0; i < conversations; i++) {
      const visitor = await this.#visitor(`visitor ${i}`);
      const held = (): Conversation | undefined => attachedIn(agents, visitor.c);
      await until("an agent to accept", () => held() !== undefined);
      pairs.push({ c: visitor.c, visitor, agent: held() as Conversation });
    }
    return pairs;
  }

  /** Another tab of the visitor of a pair. */
  async tab(pair: Pair, name: string): Promise<Conversation> {
    const client = await this.#join(name, this.token(pair));
    return client.open(pair.c);
  }

  /** The visitor's. */
  token({ c }: Pair): string {
    return this.#tokens.get(c) as string;
  }

  stop(): void {
    for (const client of this.#clients.values()) client.stop();
  }

  async #visitor(name: string): Promise<Conversation> {
    const { token } = await new Http({ url: this.#url() }).visitors({ tenant: "demo", name });
    const conversation = await (await this.#join(name, token)).open({ ask: { topic: "support" } });
    this.#tokens.set(conversation.c, token);
    return conversation;
  }

  async #agent(name: string): Promise<Client> {
    const agent = await this.#join(name, await agentToken(this.#url(), name));
    await until("the agent to be connected", () => agent.state === "ready");
    const taken = new Set<string>();
    agent.desk.subscribe(() => {
      for (const offer of agent.desk.offers.filter((each) => !taken.has(each.offer))) {
        taken.add(offer.offer);
        agent.desk.accept(offer).catch(() => taken.delete(offer.offer));
      }
    });
    await agent.desk.status("online", { capacity: CAPACITY });
    return agent;
  }

  async #join(name: string, token: string): Promise<Client> {
    const transport = recordingTransport(this.#url, this.#recorder.client(name));
    const client = createClient({ url: this.#url(), tenant: "demo", token: async () => token, transport });
    this.#clients.set(name, client);
    await client.start();
    return client;
  }
}

function attachedIn(agents: readonly Client[], c: string): Conversation | undefined {
  return agents.flatMap(({ conversations }) => conversations).find((each) => each.c === c && each.attached);
}
