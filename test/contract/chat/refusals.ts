import assert from "node:assert/strict";
import { needing } from "../suite.js";
import { type ChatSuite, codeOf, Stage, text } from "./stage.js";
import { undisturbed } from "./undisturbed.js";

/** Frames of this protocol that cannot be done: an error each, and the socket goes on. */
export const refusals: ChatSuite = (at) => {
  const { test, cannot = {} } = at;
  const framed = needing(test, "frames", cannot);

  test("fields of a wrong type, range or combination are bad requests that name the field", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const guest = await stage.guest();
      const { c } = await stage.ask(guest);
      const bad: readonly (readonly [string, object])[] = [
        ["send", { ...text(c, "m1"), mid: "" }],
        ["send", { ...text(c, "m1"), mid: "x".repeat(65) }],
        ["send", { ...text(c, "m1"), mid: 5 }],
        ["send", { ...text(c, "m1"), kind: "poem" }],
        ["send", { ...text(c, "m1"), kind: "routing" }],
        ["send", { ...text(c, "m1"), body: { text: 5 } }],
        ["send", { ...text(c, "m1"), body: "text" }],
        ["send", { ...text(c, "m1"), since: [1] }],
        ["send", { ...text(c, "m1"), since: [-1, 0] }],
        ["send", { c, mid: "f1", kind: "file", body: { name: "a", mime: "b", bytes: 1, url: "javascript:alert(1)" } }],
        ["open", {}],
        ["open", { c, ask: {} }],
        ["open", { c: "x".repeat(65) }],
        ["history", { c, limit: 0 }],
        ["history", { c, after: [1, 2, 3] }],
        ["mark", { c }],
        ["close", { c: 7 }],
      ];
      for (const [op, fields] of bad) assert.equal(codeOf(await guest.peer.ask(op, fields)), "bad_request", JSON.stringify([op, fields]));
      await guest.peer.do("send", text(c, "m1"));
    });
  });

  framed("a second hello is a bad request, and the socket goes on", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const { peer, token } = await stage.guest();
      assert.equal(codeOf(await peer.ask("hello", { token })), "bad_request");
      await peer.do("ping");
    });
  });

  framed("an id that is still in flight is a bad request", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const guest = await stage.guest();
      await stage.ask(guest);
      const open = JSON.stringify({ op: "open", id: 900, ask: {} });
      guest.peer.raw(open);
      guest.peer.raw(open);
      const answers = () => guest.peer.frames.filter(({ re }) => re === 900);
      await guest.peer.until(() => answers().length === 2, "both answers");
      assert.deepEqual(answers().map(codeOf).sort(), ["bad_request", undefined]);
    });
  });

  test("an op nobody knows is unsupported, and so is one this server does not offer", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const { peer } = await stage.guest();
      assert.equal(codeOf(await peer.ask("dance")), "unsupported");
      const ada = await stage.reader("ada");
      assert.equal(codeOf(await ada.ask("hold", { c: "c_any" })), "unsupported");
    });
  });

  test("fields nobody knows are ignored", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    await guest.peer.do("send", { ...text(c, "m1"), colour: "green" });
  });

  test("what another visitor has is not found, whether it is there or not", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async ({ c }) => {
      const { peer } = await stage.guest("Xenia");
      for (const id of [c, "c_nothing"]) {
        assert.equal(codeOf(await peer.ask("open", { c: id })), "not_found");
        assert.equal(codeOf(await peer.ask("send", text(id, "m1"))), "not_found");
        assert.equal(codeOf(await peer.ask("history", { c: id })), "not_found");
        assert.equal(codeOf(await peer.ask("close", { c: id })), "not_found");
        assert.equal(codeOf(await peer.ask("rate", { c: id, score: 1 })), "not_found");
        assert.equal(codeOf(await peer.ask("mark", { c: id, read: [1, 1] })), "not_found");
      }
    });
  });

  test("a kind that this role does not send is forbidden", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async ({ c, guest }) => {
      for (const kind of ["note", "card"]) {
        const body = { text: "x", title: "x", actions: [] };
        assert.equal(codeOf(await guest.peer.ask("send", { c, mid: kind, kind, body })), "forbidden", kind);
      }
    });
  });
};
