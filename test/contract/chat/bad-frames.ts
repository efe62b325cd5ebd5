import assert from "node:assert/strict";
import type { Peer } from "../../support/peer.js";
import { needing } from "../suite.js";
import { type ChatSuite, Stage } from "./stage.js";
import { undisturbed } from "./undisturbed.js";

/** Not a frame of this protocol: the socket is closed, and nobody else notices. */
export const badFrames: ChatSuite = (at) => {
  const test = needing(at.test, "frames", at.cannot ?? {});

  const BAD: Readonly<Record<string, string | Uint8Array>> = {
    "text that is no JSON": "hello",
    "an empty frame": "",
    "JSON that is no object": "[1]",
    "two objects": '{"op":"ping","id":1}{"op":"ping","id":2}',
    "a binary frame": new TextEncoder().encode('{"op":"ping","id":1}'),
    "an id that is a text": '{"op":"ping","id":"1"}',
    "a negative id": '{"op":"ping","id":-1}',
    "an id beyond 32 bits": '{"op":"ping","id":4294967296}',
    "an id that is no whole number": '{"op":"ping","id":1.5}',
  };

  for (const [name, frame] of Object.entries(BAD)) {
    test(`${name} closes the socket 4200, before and after hello`, async (t) => {
      const stage = new Stage(t, at);
      await undisturbed(stage, async () => {
        await closes(await stage.stranger(), frame, 4200);
        await closes((await stage.guest()).peer, frame, 4200);
      });
    });
  }

  test("a first frame other than hello closes the socket 4200", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => closes(await stage.stranger(), '{"op":"ping","id":1}', 4200));
  });

  test("a frame over 64 KiB closes the socket 4201", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const { peer } = await stage.guest();
      await closes(peer, JSON.stringify({ op: "ping", id: 1, padding: "x".repeat(65 * 1_024) }), 4201);
    });
  });

  test("a frame far over the limit cuts the socket", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const { peer } = await stage.guest();
      peer.raw(JSON.stringify({ op: "ping", id: 1, padding: "x".repeat(300 * 1_024) }));
      const { code } = await peer.over();
      assert.ok([1006, 1009, 4201].includes(code), `closed with ${code}`);
    });
  });

  test("a socket without the protocol's name is refused with HTTP 400", async (t) => {
    const stage = new Stage(t, at);
    const failed = await stage.stranger({ protocol: "other.v1" }).then(
      () => "opened",
      (error: Error) => error.message,
    );
    assert.match(failed, /closed \(1006/);
    const answer = await fetch(`${at.url}/v1/ws`, { headers: { connection: "close" } });
    assert.ok(answer.status >= 400);
  });

  test("who says nothing for five seconds is closed 4003", async (t) => {
    const stage = new Stage(t, at);
    const silent = await stage.stranger();
    await undisturbed(stage, async () => assert.equal((await silent.over()).code, 4003));
  });
};

async function closes(peer: Peer, frame: string | Uint8Array, code: number): Promise<void> {
  peer.raw(frame);
  assert.equal((await peer.over()).code, code);
}
