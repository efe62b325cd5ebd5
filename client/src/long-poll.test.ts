import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../lib/clock-fake.js";
import { numbers } from "../../test/support/client-stage.js";
import { Lookout } from "../../test/support/lookout.js";
import { C, ME, message } from "../../test/support/scripted-desk.js";
import { type Call, ScriptedHttp } from "../../test/support/scripted-http.js";
import { longPollTransport } from "./index.js";

const SESSION = { user: ME, tenant: "demo", now: 1_000, expires_at: 9_000_000, ping_ms: 10_000, limits: { in_flight: 32 } };
const MESSAGES = `GET /v1/conversations/${C}/messages`;
const shown = (head: readonly number[], more: object = {}) => ({
  c: C,
  state: "active",
  head,
  messages: [],
  complete: true,
  members: [],
  ...more,
});
const page = (...messages: object[]) => ({ messages, more: false });

/** The transport alone, with what it says to the SDK. */
class Poll {
  readonly http = new ScriptedHttp();
  readonly clock = new FakeClock();
  // biome-ignore lint/suspicious/noExplicitAny: frames are read by the fields a test expects.
  readonly frames: any[] = [];
  closed: number | undefined;
  readonly #lookout = new Lookout();
  readonly #channel;

  constructor() {
    const transport = longPollTransport({ fetch: this.http.fetch, clock: this.clock, random: numbers(3), wait_ms: 20_000 });
    this.#channel = transport.open("ws://desk.example/v1/ws", ["deskwire.v1"], {
      opened: () => undefined,
      message: (text) => {
        this.frames.push(JSON.parse(text));
        this.#lookout.look();
      },
      closed: (code) => {
        this.closed = code;
        this.#lookout.look();
      },
    });
  }

  say(op: string, fields: object = {}, id = 7): void {
    this.#channel.send(JSON.stringify({ op, id, ...fields }));
  }

  close(): void {
    this.#channel.close(1000, "");
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async frame(fits: (frame: any) => boolean, what: string): Promise<any> {
    await this.#lookout.until(() => this.frames.some(fits), what);
    return this.frames.find(fits);
  }

  event(ev: string) {
    return this.frame((frame) => frame.ev === ev, ev);
  }

  reply(id = 7) {
    return this.frame((frame) => frame.re === id, `the reply to ${id}`);
  }

  async over(): Promise<number | undefined> {
    await this.#lookout.until(() => this.closed !== undefined, "the end");
    return this.closed;
  }
}

/** A greeted one that waits for what comes after [1, 5]. */
async function following(): Promise<{ readonly poll: Poll; readonly wait: Call }> {
  const poll = new Poll();
  poll.say("hello", { token: "t1" }, 1);
  (await poll.http.heard("GET /v1/session")).answer(SESSION);
  await poll.reply(1);
  poll.say("open", { c: C }, 2);
  (await poll.http.heard("open")).answer(shown([1, 5]));
  await poll.reply(2);
  return { poll, wait: await poll.http.heard(MESSAGES) };
}

test("hello is a look at the session with that token, and what it resumes is asked for after it, from where it was", async () => {
  const poll = new Poll();
  poll.say("hello", { token: "t1", resume: { [C]: [1, 3] } });
  const session = await poll.http.heard("GET /v1/session");
  assert.equal(session.token, "t1");
  session.answer(SESSION);
  (await poll.http.heard("open")).answer(shown([1, 5], { members: [{ id: "a1", role: "agent", name: "Ada", online: true }] }));
  const { user, resumed } = await poll.reply();
  assert.deepEqual([user, resumed], [ME, { [C]: { head: [1, 5] } }]);
  const wait = await poll.http.heard(MESSAGES);
  assert.deepEqual([wait.query.get("after"), wait.query.get("wait_ms"), wait.token], ["1-3", "20000", "t1"]);
  assert.deepEqual(
    poll.frames.map(({ re, ev }) => re ?? ev),
    [7, "presence"],
  );
});

test("what the server shows to resume from another life, or below where the client was, is a gap", async () => {
  for (const head of [
    [2, 1],
    [1, 2],
  ]) {
    const poll = new Poll();
    poll.say("hello", { token: "t1", resume: { [C]: [1, 3] } });
    (await poll.http.heard("GET /v1/session")).answer(SESSION);
    (await poll.http.heard("open")).answer(shown(head));
    assert.deepEqual((await poll.reply()).resumed, { [C]: { head, gap: true } });
    assert.deepEqual(await poll.event("gap"), { ev: "gap", c: C, after: [1, 3], head });
    assert.equal((await poll.http.heard(MESSAGES)).query.get("after"), head.join("-"));
  }
});

test("what may not be read any more is an error of its own, and nothing is asked of it", async () => {
  const poll = new Poll();
  poll.say("hello", { token: "t1", resume: { [C]: [1, 3] } });
  (await poll.http.heard("GET /v1/session")).answer(SESSION);
  (await poll.http.heard("open")).refuse("not_found");
  assert.equal((await poll.reply()).resumed[C].error.code, "not_found");
  assert.deepEqual(poll.http.calls, []);
});

test("what a wait brings comes as events, hidden ones as skips, and the next wait goes on after it", async () => {
  const { poll, wait } = await following();
  wait.answer(page(message([1, 6], "six"), { pos: [1, 7], kind: "hidden" }));
  await poll.event("skip");
  assert.deepEqual(
    poll.frames.slice(2).map(({ ev, pos }) => `${ev} ${pos}`),
    ["message 1,6", "skip 1,7"],
  );
  assert.equal((await poll.http.heard(MESSAGES)).query.get("after"), "1-7");
});

test("a page of another life, or with a hole, is a gap up to its end: history has to be asked", async () => {
  for (const answer of [
    page(message([2, 1], "x"), message([2, 2], "y")),
    {
      ...page(message([1, 9], "x")),
      incomplete: [
        [
          [1, 5],
          [1, 8],
        ],
      ],
    },
  ]) {
    const { poll, wait } = await following();
    wait.answer(answer);
    const { after, head } = await poll.event("gap");
    assert.deepEqual([after, head], [[1, 5], answer.messages.at(-1)?.["pos" as never]]);
    assert.equal((await poll.http.heard(MESSAGES)).query.get("after"), head.join("-"));
    assert.equal(poll.frames.filter(({ ev }) => ev === "message").length, 0);
  }
});

test("an empty page that did not wait is not asked for again at once; when the head is elsewhere, that is a gap", async () => {
  const { poll, wait } = await following();
  wait.answer(page());
  await poll.clock.advance(99);
  assert.deepEqual(poll.http.calls, []);
  await poll.clock.advance(1_000);
  (await poll.http.heard("open")).answer(shown([1, 2]));
  assert.deepEqual((await poll.event("gap")).head, [1, 2]);
});

test("a wait that is refused for now is given again after the server's time", async () => {
  const { poll, wait } = await following();
  wait.refuse("busy", { retry_after_ms: 5_000 });
  await poll.clock.advance(4_999);
  assert.deepEqual(poll.http.calls, []);
  await poll.clock.advance(1);
  assert.equal((await poll.http.heard(MESSAGES)).query.get("after"), "1-5");
});

test("a wait that is refused for good makes its reader ask history, and is not given again", async () => {
  const { poll, wait } = await following();
  wait.refuse("not_found");
  assert.deepEqual(await poll.event("gap"), { ev: "gap", c: C, after: [1, 5], head: [1, 5] });
  await poll.clock.advance(60_000);
  assert.deepEqual([poll.http.calls, poll.closed], [[], undefined]);
});

const ENDS: Readonly<Record<string, readonly [end: (call: Call) => void, code: number]>> = {
  "a network that breaks": [(call) => call.break(), 1006],
  "a proxy's page": [(call) => call.answer("<html>502</html>", 502), 1006],
  "a page that is none of the protocol's": [(call) => call.answer("<html>sign in</html>"), 1006],
  "a token that is worth nothing": [(call) => call.refuse("unauthenticated"), 4101],
};

for (const [what, [end, code]] of Object.entries(ENDS)) {
  test(`${what} ends the connection with ${code}, while it waits and at a command, and nothing is asked any more`, async () => {
    const waited = await following();
    end(waited.wait);
    assert.equal(await waited.poll.over(), code);
    const { poll, wait } = await following();
    poll.say("rate", { c: C, score: 5 });
    end(await poll.http.heard("rate"));
    assert.equal(await poll.over(), code);
    assert.equal(wait.aborted, true);
    poll.say("rate", { c: C, score: 5 });
    await poll.clock.advance(60_000);
    assert.deepEqual(poll.http.calls, []);
  });
}

test("who may not come here any more is closed 4202", async () => {
  const { poll, wait } = await following();
  wait.refuse("forbidden");
  assert.equal(await poll.over(), 4202);
});

test("a refused hello, and a refused refresh, are errors of theirs", async () => {
  const { poll } = await following();
  const other = new Poll();
  other.say("hello", { token: "bad" });
  (await other.http.heard("GET /v1/session")).refuse("unauthenticated");
  assert.equal((await other.reply()).error.code, "unauthenticated");
  poll.say("refresh", { token: "t9" });
  (await poll.http.heard("GET /v1/session")).refuse("unauthenticated");
  (await poll.http.heard("POST /v1/refresh")).refuse("forbidden");
  assert.equal((await poll.reply()).error.code, "forbidden");
  assert.deepEqual([poll.closed, other.closed], [undefined, undefined]);
});

test("a token of the same user is taken over; one of the site makes the visitor known", async () => {
  const { poll } = await following();
  poll.say("refresh", { token: "t2" }, 3);
  (await poll.http.heard("GET /v1/session")).answer(SESSION);
  const again = await poll.http.heard("GET /v1/session");
  assert.equal(again.token, "t2");
  again.answer(SESSION);
  assert.equal((await poll.reply(3)).expires_at, SESSION.expires_at);
  const known = { ...ME, id: "customer 5" };
  poll.say("refresh", { token: "site" }, 4);
  (await poll.http.heard("GET /v1/session")).answer({ ...SESSION, user: known });
  const identify = await poll.http.heard("POST /v1/refresh");
  assert.deepEqual([identify.token, identify.body], ["t2", { token: "site" }]);
  identify.answer({ token: "t3", user: known, expires_at: 1 });
  const look = await poll.http.heard("GET /v1/session");
  look.answer({ ...SESSION, user: known });
  assert.deepEqual([look.token, (await poll.reply(4)).user], ["t3", known]);
});

test("messages leave one after the other: the next when the one before is answered, or seen", async () => {
  const { poll, wait } = await following();
  for (const [i, mid] of ["a", "b", "c"].entries()) poll.say("send", { c: C, mid, kind: "text", body: { text: mid } }, 10 + i);
  const first = await poll.http.heard("send");
  await poll.clock.advance(1_000);
  assert.deepEqual([first.body.mid, poll.http.calls], ["a", []]);
  first.answer({ pos: [1, 6], ts: 1 });
  assert.deepEqual((await poll.reply(10)).pos, [1, 6]);
  const second = await poll.http.heard("send");
  assert.equal(second.body.mid, "b");
  wait.answer(page(message([1, 6], "a", { from: ME }), message([1, 7], "b", { from: ME })));
  assert.equal((await poll.http.heard("send")).body.mid, "c");
});

test("a pong comes from the server and says how far each conversation was told", async () => {
  const { poll, wait } = await following();
  wait.answer(page(message([1, 6], "six")));
  await poll.event("message");
  poll.say("ping");
  (await poll.http.heard("GET /v1/session")).answer({ ...SESSION, now: 5 });
  assert.deepEqual(await poll.reply(), { re: 7, now: 5, heads: { [C]: [1, 6] } });
});

test("what is left, closed or opened anew is waited for no longer, or from the new head", async () => {
  const { poll, wait } = await following();
  poll.say("open", { c: C }, 3);
  const opening = await poll.http.heard("open");
  assert.equal(wait.aborted, true);
  opening.answer(shown([1, 8]));
  await poll.reply(3);
  const next = await poll.http.heard(MESSAGES);
  assert.equal(next.query.get("after"), "1-8");
  poll.say("leave", { c: C }, 4);
  await poll.reply(4);
  assert.equal(next.aborted, true);
  poll.say("open", { c: C }, 5);
  (await poll.http.heard("open")).answer(shown([1, 8]));
  await poll.reply(5);
  const last = await poll.http.heard(MESSAGES);
  poll.close();
  assert.equal(last.aborted, true);
  assert.equal(await poll.over(), 1000);
});
