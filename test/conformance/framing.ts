import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type ChatSuite, guestToken } from "../contract/chat/stage.js";
import { masked, OPCODE, upgrade, Wire } from "./wire.js";

const KiB = 1_024;

/** Frames in the bytes of RFC 6455: what a careful server takes, and what ends the connection. */
export const framing: ChatSuite = (at) => {
  const { test, url } = at;

  async function greeted(t: TestContext): Promise<{ wire: Wire; limits: { readonly frame_bytes: number } }> {
    const { token } = await guestToken(at);
    const wire = new Wire(url);
    t.after(() => wire.cut());
    wire.write(upgrade(url).text);
    await wire.head();
    wire.write(masked(OPCODE.text, JSON.stringify({ op: "hello", id: 0, token })));
    return { wire, limits: (await said(wire)) as never };
  }

  /** The next text of the server. */
  async function said(wire: Wire): Promise<Readonly<Record<string, unknown>>> {
    const { opcode, payload } = await wire.frame();
    assert.equal(opcode, OPCODE.text);
    const reply = JSON.parse(payload.toString("utf8")) as Record<string, unknown>;
    return (reply["limits"] as Record<string, unknown> | undefined) ?? reply;
  }

  const ping = (id: number): string => JSON.stringify({ op: "ping", id });

  test("a ping is answered with a pong that carries the same bytes", async (t) => {
    const { wire } = await greeted(t);
    wire.write(masked(OPCODE.ping, "are you there"));
    const { opcode, payload } = await wire.frame();
    assert.deepEqual([opcode, payload.toString()], [OPCODE.pong, "are you there"]);
  });

  test("a message in fragments is one message, also with a ping between them", async (t) => {
    const { wire } = await greeted(t);
    const text = ping(7);
    wire.write(masked(OPCODE.text, text.slice(0, 5), { fin: false }));
    wire.write(masked(OPCODE.ping, "x"));
    wire.write(masked(OPCODE.continuation, text.slice(5)));
    assert.equal((await wire.frame()).opcode, OPCODE.pong);
    assert.equal((await said(wire))["re"], 7);
  });

  test("a frame that comes byte by byte is a frame", async (t) => {
    const { wire } = await greeted(t);
    for (const byte of masked(OPCODE.text, ping(8))) wire.write(Buffer.from([byte]));
    assert.equal((await said(wire))["re"], 8);
  });

  test("several frames in one packet are each answered", async (t) => {
    const { wire } = await greeted(t);
    wire.write(Buffer.concat([1, 2, 3].map((id) => masked(OPCODE.text, ping(id)))));
    const answers = [await said(wire), await said(wire), await said(wire)];
    assert.deepEqual(answers.map(({ re }) => re).sort(), [1, 2, 3]);
  });

  test("a close is answered with a close", async (t) => {
    const { wire } = await greeted(t);
    wire.write(masked(OPCODE.close, Buffer.from([0x03, 0xe8])));
    assert.equal((await wire.frame()).opcode, OPCODE.close);
    await wire.over();
  });

  test("a frame of just the announced size is taken, one byte more is not", async (t) => {
    const { wire, limits } = await greeted(t);
    const padded = (bytes: number): string => {
      const frame = (padding: string): string => JSON.stringify({ op: "ping", id: 5, padding });
      return frame("x".repeat(bytes - frame("").length));
    };
    wire.write(masked(OPCODE.text, padded(limits.frame_bytes)));
    assert.equal((await said(wire))["re"], 5);
    wire.write(masked(OPCODE.text, padded(limits.frame_bytes + 1)));
    const { opcode, payload } = await wire.frame();
    assert.deepEqual([opcode, payload.readUInt16BE(0)], [OPCODE.close, 4201]);
  });

  const ENDS: Readonly<Record<string, Buffer>> = {
    "with a reserved bit": masked(OPCODE.text, ping(1), { rsv: 4 }),
    "with an opcode nobody knows": masked(3, ping(1)),
    "of control that is too long": masked(OPCODE.ping, "x".repeat(126)),
    "of control in fragments": masked(OPCODE.ping, "x", { fin: false }),
    "that goes on with nothing": masked(OPCODE.continuation, ping(1)),
    "of text that is no UTF-8": masked(OPCODE.text, Buffer.from([0x22, 0xc3, 0x28, 0x22])),
    "that would be far too long": masked(OPCODE.text, "x".repeat(512 * KiB)),
  };
  for (const [name, bytes] of Object.entries(ENDS)) {
    test(`a frame ${name} ends the connection`, async (t) => {
      const { wire } = await greeted(t);
      wire.write(bytes);
      await wire.over();
    });
  }
};
