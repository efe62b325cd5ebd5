import assert from "node:assert/strict";
import { call } from "../../support/peer.js";
import { needing } from "../suite.js";
import { type ChatSuite, codeOf, idsOf, Stage } from "./stage.js";

export const banning: ChatSuite = (at) => {
  const { test, url } = at;

  needing(
    test,
    "closes",
    at.cannot ?? {},
  )("a banned visitor's sockets are closed 4202 within five seconds, and hello and calls are forbidden", async (t) => {
    const stage = new Stage(t, at);
    const { token, id, peer } = await stage.guest();
    const tab = await stage.peer(token);
    const sun = await stage.reader("sun");
    await sun.do("ban", { user: id });
    for (const each of [peer, tab]) {
      await each.until(() => each.closed !== undefined, "the close", 5_000);
      assert.equal(each.closed?.code, 4202);
    }
    const again = await stage.stranger();
    assert.equal(codeOf(await again.ask("hello", { token })), "forbidden");
    assert.equal((await again.over()).code, 4202);
    for (const [method, path] of [
      ["GET", "/v1/conversations"],
      ["POST", "/v1/refresh"],
    ] as const) {
      const { status, body } = await call(url, method, path, { token });
      assert.deepEqual([status, body["code"]], [403, "forbidden"], path);
    }
  });

  test("a ban whose time is over is lifted, and others never notice one", async (t) => {
    const stage = new Stage(t, at);
    const [{ token, id }, other] = [await stage.guest(), await stage.guest()];
    const sun = await stage.reader("sun");
    await sun.do("ban", { user: id, until: Date.now() + 3_600_000 });
    assert.equal((await call(url, "GET", "/v1/conversations", { token })).status, 403);
    await sun.do("ban", { user: id, until: 1 });
    assert.equal((await call(url, "GET", "/v1/conversations", { token })).status, 200);
    await other.peer.do("ping");
  });

  test("accounts are not banned, ids nobody has are taken like any, and only a supervisor bans", async (t) => {
    const stage = new Stage(t, at);
    const { peer } = await stage.guest();
    const [sun, ada] = [await stage.reader("sun"), await stage.reader("ada")];
    assert.equal(codeOf(await sun.ask("ban", { user: idsOf(at).ada })), "forbidden");
    await sun.do("ban", { user: "v_nobody" });
    for (const each of [ada, peer]) assert.equal(codeOf(await each.ask("ban", { user: "v_nobody" })), "forbidden");
  });
};
