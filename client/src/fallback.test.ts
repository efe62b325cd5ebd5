import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../lib/clock-fake.js";
import { type Channel, fallbackTransport, type Peer, type Transport } from "./index.js";

/** A transport whose connections do what the test says; the n-th opened, from 0. */
class Hand implements Transport {
  readonly peers: Peer[] = [];
  readonly closed: number[] = [];

  open(_url: string, _protocols: readonly string[], peer: Peer): Channel {
    const n = this.peers.push(peer) - 1;
    return { send: () => undefined, close: () => void this.closed.push(n) };
  }
}

function hands() {
  const [clock, webSocket, longPoll] = [new FakeClock(), new Hand(), new Hand()];
  const transport = fallbackTransport(webSocket, longPoll, { clock });
  const heard: string[] = [];
  const ends: number[] = [];
  const open = (): Channel =>
    transport.open("ws://desk.example/v1/ws", ["deskwire.v1"], {
      opened: () => undefined,
      message: (text) => heard.push(text),
      closed: (code) => ends.push(code),
    });
  /** An attempt that nothing came of. */
  const fails = (code = 1006): void => {
    const before = webSocket.peers.length;
    open();
    assert.equal(webSocket.peers.length, before + 1, "no socket was tried");
    webSocket.peers.at(-1)?.closed(code, "");
  };
  return { clock, webSocket, longPoll, open, fails, heard, ends };
}

const GOAWAY = '{"ev":"goaway","reason":"rebalance","reconnect_in_ms":0}';

test("after two upgrades in a row that failed the third connection is made by long poll, not before", () => {
  const { webSocket, longPoll, open, fails, ends } = hands();
  fails();
  assert.equal(longPoll.peers.length, 0);
  fails();
  open();
  assert.deepEqual([webSocket.peers.length, longPoll.peers.length, ends], [2, 1, [1006, 1006]]);
});

test("a socket that was heard over, or that the server closed with a code, counts as let through", () => {
  const { webSocket, longPoll, open, fails } = hands();
  fails();
  open();
  webSocket.peers.at(-1)?.message("{}");
  webSocket.peers.at(-1)?.closed(1006, "");
  fails();
  fails(4000);
  fails();
  assert.equal(longPoll.peers.length, 0);
});

test("an upgrade that is let through and then kept silent counts as failed; one this side gave up early counts as nothing", async () => {
  const { clock, longPoll, open } = hands();
  open().close(1000, "");
  open().close(1000, "");
  open().close(1000, "");
  assert.equal(longPoll.peers.length, 0);
  for (let n = 0; n < 2; n++) {
    const channel = open();
    await clock.advance(10_000);
    channel.close(1000, "");
  }
  open();
  assert.equal(longPoll.peers.length, 1);
});

test("where neither gets through they are tried in turn", () => {
  const { webSocket, longPoll, open, fails } = hands();
  fails();
  fails();
  for (let n = 1; n <= 3; n++) {
    open();
    longPoll.peers.at(-1)?.closed(1006, "");
    fails();
    assert.deepEqual([webSocket.peers.length, longPoll.peers.length], [2 + n, n]);
  }
});

test("WebSocket is tried again after a minute, then after twice as long, up to a quarter of an hour; the connection notices nothing", async () => {
  const { clock, webSocket, open, fails, heard } = hands();
  fails();
  fails();
  open();
  for (const [n, minutes] of [1, 2, 4, 8, 15, 15].entries()) {
    await clock.advance(minutes * 60_000 - 1);
    assert.equal(webSocket.peers.length, 2 + n, `probe ${n} came early`);
    await clock.advance(1);
    assert.equal(webSocket.peers.length, 3 + n, `probe ${n} came late`);
    webSocket.peers.at(-1)?.closed(1006, "");
  }
  assert.deepEqual(heard, []);
});

test("as soon as an upgrade succeeds the client is sent over, and its next connection is a socket", async () => {
  const { clock, webSocket, longPoll, open, fails, heard } = hands();
  fails();
  fails();
  const polled = open();
  await clock.advance(60_000);
  webSocket.peers.at(-1)?.opened();
  assert.deepEqual([heard, webSocket.closed], [[GOAWAY], [2]]);
  polled.close(1000, "");
  open();
  assert.deepEqual([webSocket.peers.length, longPoll.peers.length], [4, 1]);
});

test("what is closed is probed for no longer", async () => {
  const { clock, webSocket, longPoll, open, fails, heard } = hands();
  fails();
  fails();
  open().close(1000, "");
  open();
  longPoll.peers.at(-1)?.message("{}");
  longPoll.peers.at(-1)?.closed(1006, "");
  const probing = open();
  await clock.advance(60_000);
  probing.close(1000, "");
  webSocket.peers.at(-1)?.opened();
  await clock.advance(3_600_000);
  assert.deepEqual([webSocket.peers.length, heard, clock.timers], [3, ["{}"], 0]);
});
