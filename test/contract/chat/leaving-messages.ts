import assert from "node:assert/strict";
import { type Answer, call, type Frame } from "../../support/peer.js";
import { accept, type ChatSuite, mids, Stage } from "./stage.js";

export const leavingMessages: ChatSuite = (at) => {
  const { test, url } = at;

  const form = (more: object = {}): object => ({ tenant: "demo", name: "Olga", contact: "olga@post.example", text: "Call me.", ...more });
  const leave = (more: object = {}, token?: string): Promise<Answer> =>
    call(url, "POST", "/v1/offline", { body: form(more), ...(token === undefined ? {} : { token }) });

  test("a form is a conversation with the message in it, which an agent is offered with who left it and how to reach them", async (t) => {
    const stage = new Stage(t, at);
    const ada = await stage.agent("ada");
    const { status, body } = await leave();
    assert.equal(status, 200);
    const c = String(body["c"]);
    const offer = await ada.event("offer", (event) => event["c"] === c);
    const { name, attributes } = offer["visitor"] as { readonly name: string; readonly attributes: object };
    assert.deepEqual([name, attributes], ["Olga", { contact: "olga@post.example", name: "Olga" }]);
    const shown = await accept(ada, c);
    const messages = shown["messages"] as Frame[];
    assert.deepEqual(
      [messages[0]?.["body"], messages.find(({ kind }) => kind === "text")?.["body"]],
      [{ event: "queued", reason: "offline", state: "queued", version: 1 }, { text: "Call me." }],
    );
    await ada.do("close", { c });
  });

  test("the token that comes back reads the conversation and goes on in it", async (t) => {
    const stage = new Stage(t, at);
    const { body } = await leave();
    const { c, token, user } = body as { readonly c: string; readonly token: string; readonly user: { readonly id: string } };
    const peer = await stage.peer(token);
    const opened = await peer.do("open", { c });
    assert.equal(mids(opened["messages"] as []).length, 1);
    const text = (opened["messages"] as Frame[]).find(({ kind }) => kind === "text");
    assert.deepEqual(text?.["from"], user);
    await peer.do("send", { c, mid: "more", kind: "text", body: { text: "After six, please." } });
    await peer.do("close", { c });
  });

  test("the same form under the same mid is one conversation and one message; other words under it are somebody else's", async (t) => {
    const stage = new Stage(t, at);
    const mid = `form-${crypto.randomUUID()}`;
    const answers = await Promise.all([leave({ mid }), leave({ mid })]);
    const again = (await leave({ mid })).body;
    for (const { body } of answers) assert.deepEqual([body["c"], body["user"]], [again["c"], again["user"]]);
    const peer = await stage.peer(String(again["token"]));
    assert.equal(mids((await peer.do("open", { c: again["c"] }))["messages"] as []).length, 1);
    const other = (await leave({ mid, text: "Do not call me." })).body;
    assert.notDeepEqual([other["c"], other["user"]], [again["c"], again["user"]]);
    for (const { body } of [{ body: again }, { body: other }])
      await (await stage.peer(String(body["token"]))).do("close", { c: body["c"] });
  });

  test("nobody who is shown the message of a form can leave it again as its sender, and so be given that one's token", async (t) => {
    const stage = new Stage(t, at);
    const { c, user, token } = (await leave({ mid: `form-${crypto.randomUUID()}` })).body;
    const shown = await (await stage.reader("sun")).do("open", { c });
    const [seen] = mids(shown["messages"] as []);
    const other = (await leave({ mid: seen })).body;
    assert.notDeepEqual(other["user"], user);
    for (const each of [{ c, token }, other]) await (await stage.peer(String(each["token"]))).do("close", { c: each["c"] });
  });

  test("a visitor who is known already leaves it as itself; a token that is not good here is not looked at", async (t) => {
    const stage = new Stage(t, at);
    const guest = await stage.guest("Vera");
    const { c } = await stage.ask(guest);
    const own = (await leave({}, guest.token)).body;
    assert.deepEqual([own["c"], (own["user"] as { readonly id: string }).id], [c, guest.id]);
    const { status, body } = await leave({}, "nonsense");
    assert.equal(status, 200);
    assert.notEqual((body["user"] as { readonly id: string }).id, guest.id);
    await (await stage.peer(String(body["token"]))).do("close", { c: body["c"] });
  });

  test("a form without a way to answer, with a mid to guess, too long, or for a topic that is not there leaves nothing", async (t) => {
    const stage = new Stage(t, at);
    const code = async (more: object): Promise<unknown> => (await leave({ name: "Nobody", ...more })).body["code"];
    for (const more of [{ contact: "" }, { contact: undefined }, { text: "" }, { mid: "m1" }])
      assert.equal(await code(more), "bad_request");
    assert.equal(await code({ text: "x".repeat(17 * 1_024) }), "too_large");
    assert.equal(await code({ topic: "astrology" }), "not_found");
    assert.equal(await code({ tenant: "nowhere" }), "not_found");
    const { waiting } = await (await stage.reader("sun")).do("queue");
    const names = (waiting as { readonly visitor: { readonly name: string } }[]).map(({ visitor: { name } }) => name);
    assert.ok(!names.includes("Nobody"), names.join());
  });
};
