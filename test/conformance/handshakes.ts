import assert from "node:assert/strict";
import type { ChatSuite } from "../contract/chat/stage.js";
import { type Upgrade, upgrade, Wire } from "./wire.js";

/** How a connection begins, in the bytes of RFC 6455. */
export const handshakes: ChatSuite = ({ test, url }) => {
  async function answered(words: string): Promise<string> {
    const wire = new Wire(url);
    wire.write(words);
    const head = await wire.head();
    wire.cut();
    return head;
  }
  const statusOf = (head: string): number => Number(head.split(" ")[1]);

  test("an upgrade is answered 101 with the key's answer and the protocol's name", async () => {
    const { text, accept } = upgrade(url);
    const head = (await answered(text)).toLowerCase();
    assert.equal(statusOf(head), 101);
    assert.ok(head.includes(`sec-websocket-accept: ${accept.toLowerCase()}`), head);
    assert.ok(head.includes("sec-websocket-protocol: deskwire.v1"), head);
  });

  test("no extension is agreed on that the client did not offer", async () => {
    assert.doesNotMatch(await answered(upgrade(url).text), /sec-websocket-extensions/i);
  });

  test("a client that speaks other versions too is taken at ours", async () => {
    const head = await answered(upgrade(url, { headers: { "sec-websocket-protocol": "deskwire.v9, deskwire.v1" } }).text);
    assert.equal(statusOf(head), 101);
    assert.match(head, /sec-websocket-protocol: deskwire\.v1\b/i);
  });

  const BAD: Readonly<Record<string, Upgrade>> = {
    "without a subprotocol": { headers: { "sec-websocket-protocol": "" } },
    "with another subprotocol": { headers: { "sec-websocket-protocol": "chat.v1" } },
    "with a name that only begins like ours": { headers: { "sec-websocket-protocol": "deskwire.v12" } },
  };
  for (const [name, words] of Object.entries(BAD)) {
    test(`an upgrade ${name} is refused with HTTP 400`, async () => {
      assert.equal(statusOf(await answered(upgrade(url, words).text)), 400);
    });
  }

  test("an upgrade without a key, by POST, or elsewhere is not taken", async () => {
    const words: readonly Upgrade[] = [{ headers: { "sec-websocket-key": "" } }, { method: "POST" }, { path: "/v1/elsewhere" }];
    for (const each of words) assert.notEqual(statusOf(await answered(upgrade(url, each).text)), 101, JSON.stringify(each));
  });

  test("a token in the address is not looked at: the socket still has to say hello", async () => {
    const wire = new Wire(url);
    wire.write(upgrade(url, { path: "/v1/ws?token=let-me-in" }).text);
    assert.equal(statusOf(await wire.head()), 101);
    wire.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
    assert.equal((await wire.frame()).opcode, 10);
    wire.cut();
  });

  test("what is no HTTP ends the connection", async () => {
    const wire = new Wire(url);
    wire.write("HELLO THERE\r\n\r\n");
    await wire.over();
  });
};
