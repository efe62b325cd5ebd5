import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { accept, Stage, text } from "./contract/chat/stage.js";
import { emptyFolder } from "./support/folder.js";
import { freePort } from "./support/free-port.js";
import { HouseProcess } from "./support/house-process.js";
import type { Frame, Peer } from "./support/peer.js";
import { until } from "./support/until.js";

const CLIENT = fileURLToPath(new URL("../examples/python/deskwire_client.py", import.meta.url));
const LINES_MAX = 150;
const PATIENCE_MS = 30_000;

test(`the Python client has at most ${LINES_MAX} lines`, () => {
  const lines = readFileSync(CLIENT, "utf8").trimEnd().split("\n");
  assert.ok(lines.length <= LINES_MAX, `it has ${lines.length}`);
});

test("the Python client prints all once and in order, and says all once, over a line that keeps breaking", async (t) => {
  const house = await HouseProcess.start({ data: emptyFolder(t) });
  t.after(() => house.kill());
  const relay = await Relay.start(t, house.url);
  const stage = new Stage(t, { test, url: house.url });
  const agent = await stage.agent("ada");
  const vera = new PythonClient(t, relay.url);
  const c = await vera.inConversation();
  await accept(agent, c);
  const talk = new Talk(c, vera);
  await talk.both(agent, "before");

  for (const lost of ["to the client", "to the server", "nothing"] as const) {
    relay.lose(lost);
    const answers = talk.agentSays(agent, `${lost}: under way`);
    talk.visitorSays(`${lost}: under way`);
    // What the client is not told of has happened all the same; what the server is not told of has not.
    if (lost === "to the server") await until("something to be lost", () => relay.lost > 0);
    else await heardText(agent, c, `visitor ${lost}: under way 1`);
    relay.cut();
    talk.visitorSays(`${lost}: while it is cut`);
    await answers;
    await talk.agentSays(agent, `${lost}: while it is cut`);
    relay.mend();
    await talk.settled();
    await talk.both(agent, `${lost}: mended`);
  }

  const said = await texts(agent, c);
  assert.deepEqual(vera.printed(), said);
  assert.deepEqual(said.filter(isVisitors), talk.visitor);
  assert.deepEqual(vera.acked(), talk.visitor);
  assert.deepEqual(vera.of("failed"), []);
});

test("the Python client prints all once, and says all once, over a server that is killed with messages under way", async (t) => {
  const place = { data: emptyFolder(t), env: { DESKWIRE_PORT: String(await freePort()) } };
  const first = await HouseProcess.start(place);
  t.after(() => first.kill());
  const before = new Stage(t, { test, url: first.url });
  const ada = await before.agent("ada");
  const relay = await Relay.start(t, first.url);
  const vera = new PythonClient(t, relay.url);
  const c = await vera.inConversation();
  await accept(ada, c);
  const talk = new Talk(c, vera);
  await talk.both(ada, "before");
  talk.agentSays(ada, "under way").catch(() => undefined);
  talk.visitorSays("under way");
  await heardText(ada, c, "visitor under way 1");
  await first.kill();
  talk.visitorSays("while it is down");

  const second = await HouseProcess.start(place);
  t.after(() => second.kill());
  const agent = await new Stage(t, { test, url: second.url }).agent("ada");
  await agent.do("open", { c });
  await talk.agentRepeats(agent, "under way");
  await talk.settled();
  await talk.both(agent, "after");

  // This time it was away when something was said, and no replay leads over a restart.
  relay.cut();
  await talk.agentSays(agent, "while it is away");
  await second.kill();
  talk.visitorSays("while both are away");
  const third = await HouseProcess.start(place);
  t.after(() => third.kill());
  relay.mend();
  await talk.settled();

  const said = await texts(await new Stage(t, { test, url: third.url }).reader("ada"), c);
  for (const from of [isVisitors, isAgents]) assert.deepEqual(vera.printed().filter(from), said.filter(from));
  assert.equal(vera.printed().length, said.length);
  assert.deepEqual(said.filter(isVisitors), talk.visitor);
  assert.deepEqual(vera.acked(), talk.visitor);
  assert.deepEqual(vera.of("failed"), []);
});

const COUNT = 5;

/** What both are to have said, in order. */
class Talk {
  readonly visitor: string[] = [];
  readonly agent: string[] = [];
  readonly #c: string;
  readonly #vera: PythonClient;

  constructor(c: string, vera: PythonClient) {
    this.#c = c;
    this.#vera = vera;
  }

  visitorSays(what: string): void {
    for (const line of numbered(`visitor ${what}`)) {
      this.visitor.push(line);
      this.#vera.say(line);
    }
  }

  async agentSays(agent: Peer, what: string): Promise<void> {
    this.agent.push(...numbered(`agent ${what}`));
    await this.agentRepeats(agent, what);
  }

  /** The same messages, under the same names. */
  async agentRepeats(agent: Peer, what: string): Promise<void> {
    await Promise.all(numbered(`agent ${what}`).map((line) => agent.do("send", text(this.#c, line, line))));
  }

  async both(agent: Peer, what: string): Promise<void> {
    this.visitorSays(what);
    await this.agentSays(agent, what);
    await this.settled();
  }

  /** Everything that was said is acknowledged and printed, once or more. */
  async settled(): Promise<void> {
    const all = [...this.visitor, ...this.agent];
    const isThere = (): boolean =>
      this.#vera.acked().length >= this.visitor.length && all.every((line) => this.#vera.printed().includes(line));
    await until("everything to be printed and acknowledged", isThere, PATIENCE_MS);
  }
}

/** The example, run as its user would. */
class PythonClient {
  readonly #child: ChildProcess;
  readonly #events: Frame[] = [];
  #complaint = "";

  constructor(t: TestContext, url: string) {
    this.#child = spawn("python3", [CLIENT, url], { stdio: ["pipe", "pipe", "pipe"] });
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new TypeError("the client speaks through pipes");
    createInterface({ input: stdout }).on("line", (line) => this.#events.push(JSON.parse(line) as Frame));
    stderr.setEncoding("utf8").on("data", (words: string) => (this.#complaint += words));
    t.after(async () => {
      const ended = once(this.#child, "exit");
      if (this.#child.exitCode === null && this.#child.kill("SIGKILL")) await ended;
      assert.equal(this.#complaint, "");
    });
  }

  async inConversation(): Promise<string> {
    await until("the client to be ready", () => this.of("ready").length > 0, PATIENCE_MS);
    return String(this.of("ready")[0]?.["c"]);
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  of(event: string): Frame[] {
    return this.#events.filter((each) => each["event"] === event);
  }

  printed(): string[] {
    return textsIn(this.of("message"));
  }

  acked(): string[] {
    return this.of("acked").map((each) => String(each["text"]));
  }
}

/** A line between client and server that can lose what it carries, and break. */
class Relay {
  readonly url: string;
  lost = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #loses: "to the client" | "to the server" | "nothing" = "nothing";
  #isCut = false;

  private constructor(server: Server, to: URL) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (client) => {
      if (this.#isCut) return client.destroy();
      const onward = connect({ host: to.hostname, port: Number(to.port) });
      this.#carry(client, onward, "to the server");
      this.#carry(onward, client, "to the client");
    });
  }

  static async start(t: TestContext, to: string): Promise<Relay> {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const relay = new Relay(server, new URL(to));
    t.after(() => relay.#close());
    return relay;
  }

  lose(direction: "to the client" | "to the server" | "nothing"): void {
    this.#loses = direction;
    this.lost = 0;
  }

  /** Ends all it carries, and takes nobody until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
    this.#loses = "nothing";
  }

  #carry(from: Socket, to: Socket, direction: "to the client" | "to the server"): void {
    this.#sockets.add(from);
    from.on("data", (data) => {
      if (this.#loses === direction) this.lost += data.length;
      else to.write(data);
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }

  #close(): void {
    this.cut();
    this.#server.close();
  }
}

function numbered(what: string): string[] {
  return Array.from({ length: COUNT }, (_, i) => `${what} ${i + 1}`);
}

function isVisitors(line: string): boolean {
  return line.startsWith("visitor");
}

function isAgents(line: string): boolean {
  return line.startsWith("agent");
}

function textsIn(messages: readonly Frame[]): string[] {
  return messages.filter(({ kind }) => kind === "text").map(({ body }) => (body as { readonly text: string }).text);
}

async function heardText(agent: Peer, c: string, line: string): Promise<void> {
  await agent.event("message", (event) => event["c"] === c && textsIn([event]).includes(line));
}

/** What was said, as history has it for the agent. */
async function texts(agent: Peer, c: string): Promise<string[]> {
  const page = await agent.do("history", { c, after: [0, 0], limit: 200 });
  assert.deepEqual([page["more"], page["incomplete"]], [false, undefined]);
  return textsIn(page["messages"] as Frame[]);
}
