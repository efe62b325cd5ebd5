import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../directory/commands.js";
import { DirectoryClient } from "../../directory/directory-grpc.js";
import { systemClock } from "../../lib/clock.js";
import { HouseProcess } from "../support/house-process.js";
import { call, type Frame, Peer } from "../support/peer.js";
import { until } from "../support/until.js";

const PASSWORD = "secret";
export const SHOP = "shop";
const RIVAL = "rival";

/** What happens where nobody is asked is not what is looked at here. */
const SETTINGS = { DESKWIRE_SENDS_PER_S: "2000", DESKWIRE_SENDS_BURST: "2000" };

/** Account, role, and the topics it serves. Who holds serves none of them: it is offered nothing while others are looked at. */
const ACCOUNTS: readonly (readonly [name: string, role: string, topic: string])[] = [
  ["holder", "agent", "elsewhere"],
  ["former", "agent", "elsewhere"],
  ["server", "agent", "support"],
  ["outsider", "agent", "elsewhere"],
  ["holder-bot", "bot", "elsewhere"],
  ["former-bot", "bot", "elsewhere"],
  ["server-bot", "bot", "support"],
  ["outsider-bot", "bot", "elsewhere"],
  ["chief", "supervisor", "*"],
  ["desk-one", "agent", "desk"],
  ["desk-two", "agent", "desk"],
  ["picker", "agent", "walk-in"],
  ["caller-agent", "agent", "elsewhere"],
  ["caller-bot", "bot", "elsewhere"],
  ["caller-supervisor", "supervisor", "elsewhere"],
];

/** Somebody with a token and a socket. */
export interface Person {
  readonly id: string;
  readonly token: string;
  readonly peer: Peer;
}

/** A caller, and the conversation it stands to in some relation. */
export interface Standing {
  readonly who: Person;
  readonly c: string;
  /** A text this caller sent while it could. */
  readonly said?: string;
}

/** One server with two tenants, and people in every relation to its conversations. */
export class Scene {
  readonly url: string;
  readonly #house: HouseProcess;
  readonly #data: string;
  readonly #people = new Map<string, Promise<Person>>();
  #last = 0;

  private constructor(house: HouseProcess, data: string) {
    this.#house = house;
    this.#data = data;
    this.url = house.url;
  }

  static async start(): Promise<Scene> {
    const data = mkdtempSync(join(tmpdir(), "deskwire-"));
    const scene = new Scene(await HouseProcess.start({ data, env: SETTINGS }), data);
    await scene.#settle();
    return scene;
  }

  async stop(): Promise<void> {
    for (const person of this.#people.values()) (await person).peer.cut();
    await this.#house.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** A word nobody used before. */
  word(stem: string): string {
    this.#last += 1;
    return `${stem}-${this.#last}`;
  }

  /** The person behind an account, with one socket for as long as the scene lasts. */
  account(name: string): Promise<Person> {
    const there = this.#people.get(name) ?? this.#comes(name);
    this.#people.set(name, there);
    return there;
  }

  async token(username: string): Promise<string> {
    const { body, status } = await call(this.url, "POST", "/v1/login", { body: this.login(username) });
    if (status !== 200) throw new Error(`login of ${username}: ${status} ${JSON.stringify(body)}`);
    return String(body["token"]);
  }

  login(username: string): object {
    return { tenant: SHOP, username, password: PASSWORD };
  }

  /** Somebody who was never here. */
  async visitor(tenant = SHOP): Promise<Person> {
    const { body } = await call<{ token: string; user: { id: string } }>(this.url, "POST", "/v1/visitors", { body: { tenant } });
    const { token, user } = body;
    const peer = await Peer.hello(this.url, token);
    this.#people.set(user.id, Promise.resolve({ id: user.id, token, peer }));
    return { id: user.id, token, peer };
  }

  /** A conversation of a new visitor, that waits. */
  async asked(topic = "support", tenant = SHOP): Promise<Standing> {
    const who = await this.visitor(tenant);
    const { c } = await who.peer.do("open", { ask: { topic } });
    return { who, c: String(c) };
  }

  async foreign(): Promise<string> {
    return (await this.asked("support", RIVAL)).c;
  }

  /** Gives a conversation to an account, which says something in it. */
  async given(c: string, name: string): Promise<Standing> {
    const who = await this.account(name);
    await (await this.account("chief")).peer.do("assign", { c, agent: name });
    const said = this.word("said");
    await who.peer.do("send", { c, mid: said, kind: "text", body: { text: "hello" } });
    return { who, c, said };
  }

  /** Resolves when history lists it, for those who look there. */
  async listed(c: string): Promise<void> {
    const { token } = await this.account("chief");
    await until("the conversation to be in the list", async () => {
      const { body } = await call(this.url, "GET", "/v1/conversations?limit=200", { token });
      return (body["conversations"] as readonly Frame[]).some((each) => each["c"] === c);
    });
  }

  async #comes(name: string): Promise<Person> {
    const token = await this.token(name);
    const peer = await Peer.hello(this.url, token);
    await peer.do("status", { status: ONLINE.test(name) ? "online" : "away", capacity: 400 });
    return { id: name, token, peer };
  }

  /** As `npx deskwire` does it, on the running server. */
  async #settle(): Promise<void> {
    const directory = new DirectoryClient({ address: `unix:${join(this.#data, "admin.sock")}`, clock: systemClock });
    const run = (...argv: readonly string[]): Promise<string> =>
      runCommand({ directory, now: () => systemClock.now(), readFile: () => "" }, argv);
    try {
      const topics = ["support", "elsewhere", "desk", "walk-in"].flatMap((topic) => ["--topic", topic]);
      await run("tenant", "add", SHOP, ...topics);
      await run("tenant", "add", RIVAL, "--topic", "support");
      const walkIn = await directory.get("topic", SHOP, "walk-in");
      if (!walkIn) throw new Error("the topic is not there");
      await directory.put("topic", SHOP, "walk-in", { ...walkIn.value, manual_pick: true }, walkIn.version);
      const room = ["--capacity", "400", "--capacity-max", "400"];
      for (const [name, role, topic] of ACCOUNTS)
        await run("agent", "add", SHOP, name, "--role", role, "--topic", topic, "--password", PASSWORD, ...room);
      // Who asks the server finds what was written here as soon as its copy is not older.
      await until(
        "the accounts to be known",
        () =>
          this.token("caller-supervisor").then(
            () => true,
            () => false,
          ),
        10_000,
      );
    } finally {
      directory.close();
    }
  }
}

/** Those who take conversations; the others only look. */
const ONLINE = /^(holder|former|desk-one)/;
