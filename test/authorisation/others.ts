import { Peer } from "../support/peer.js";
import type { Person, Scene, Standing } from "./scene.js";
import type { RoleName } from "./standings.js";
import { bySocket, codeOf, type Told } from "./ways.js";

const ACCOUNT_OF: Readonly<Record<Exclude<RoleName, "visitor">, string>> = { agent: "outsider", bot: "outsider-bot", supervisor: "chief" };

/** Commands that name no conversation. */
export async function NO_CONVERSATION(scene: Scene, what: string, role: RoleName): Promise<Told> {
  const who = role === "visitor" ? await scene.visitor() : await scene.account(ACCOUNT_OF[role]);
  if (what === "hello") return hello(scene, who);
  const [op, fields] = await named(scene, what, who);
  return bySocket(who, op, fields);
}

async function hello({ url }: Scene, { token }: Person): Promise<Told> {
  const peer = await new Peer(url).opened();
  const reply = await peer.ask("hello", { token });
  peer.cut();
  return { says: codeOf(reply) ?? "ok", words: "" };
}

async function named(scene: Scene, what: string, { token }: Person): Promise<readonly [op: string, fields: object]> {
  switch (what) {
    case "refresh with an own token":
      return ["refresh", { token }];
    case "refresh with somebody else's":
      return ["refresh", { token: (await scene.visitor()).token }];
    case "open ask":
      return ["open", { ask: { topic: "support" } }];
    case "visit":
      return ["visit", { url: "https://shop.example/tea" }];
    case "status":
      return ["status", { status: "away" }];
    case "ban a visitor":
      return ["ban", { user: (await scene.visitor()).id }];
    case "ban nobody we know":
      return ["ban", { user: "v_nobody" }];
    case "ban an account":
      return ["ban", { user: "former" }];
    default:
      return [what, {}];
  }
}

/** A conversation that is offered, and somebody to whom it is or is not. */
export async function OFFERS(scene: Scene, what: string, column: string): Promise<Told> {
  const { who, c, offer } = await (OFFERED[column] ?? nobodyKnows(column))(scene);
  const { says, words } = await bySocket(who, what, { c, ...(what === "open" ? {} : { offer }) });
  return { says, words: words.replaceAll(c, "c_blank") };
}

type Offered = Standing & { readonly offer: string };

const OFFERED: Readonly<Record<string, (scene: Scene) => Promise<Offered>>> = {
  "offered to the caller, who serves the topic": (scene) => offeredTo(scene, "desk-one", () => scene.asked("desk")),
  "offered to the caller, who does not": (scene) => offeredTo(scene, "former", () => handedTo(scene, "former")),
  "offered to a colleague, the caller serves the topic": (scene) =>
    lookedAtBy(scene, "desk-two", () => offeredTo(scene, "desk-one", () => scene.asked("desk"))),
  "offered to a colleague, the caller does not": (scene) =>
    lookedAtBy(scene, "outsider", () => offeredTo(scene, "former", () => handedTo(scene, "former"))),
};

/** Who takes conversations gets this one. */
async function offeredTo(scene: Scene, name: string, begin: () => Promise<Standing>): Promise<Offered> {
  const who = await scene.account(name);
  const { c } = await begin();
  const { offer } = await who.peer.event("offer", (event) => event["c"] === c);
  return { who, c, offer: String(offer) };
}

async function lookedAtBy(scene: Scene, name: string, offered: () => Promise<Offered>): Promise<Offered> {
  return { ...(await offered()), who: await scene.account(name) };
}

/** Somebody who holds a conversation hands it to an agent of other topics. */
async function handedTo(scene: Scene, agent: string): Promise<Standing> {
  const { c } = await scene.asked();
  const holder = await scene.given(c, "holder");
  await holder.who.peer.do("transfer", { c, to: { agent } });
  return holder;
}

/** A conversation that waits, given by somebody. */
export async function PICKS(scene: Scene, what: string, column: string): Promise<Told> {
  const [name, topic] = PICKERS[column] ?? nobodyKnows(column);
  const who = await scene.account(name);
  await scene.account("holder");
  const { c } = await scene.asked(topic);
  return bySocket(who, "assign", { c, agent: what === "assign me" ? "me" : "holder" });
}

const PICKERS: Readonly<Record<string, readonly [name: string, topic: string]>> = {
  "an agent, the topic lets pick": ["picker", "walk-in"],
  "an agent, the topic does not": ["server", "support"],
  "a supervisor": ["chief", "support"],
};

function nobodyKnows(column: string): never {
  throw new Error(`the document has a column "${column}" that this test cannot do`);
}
