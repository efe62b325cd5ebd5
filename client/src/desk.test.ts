import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../test/support/until.js";
import { Desk, type DeskPorts } from "./desk.js";
import { ClientError } from "./errors.js";
import type { Fields, Held, Inbox } from "./wire.js";

const offer = { c: "c1", offer: "o1", expires_ms: 20_000, visitor: { id: "v1", name: "Vera" }, ask: {}, waited_ms: 0 };
const own = { status: "online", capacity: 5, load: 0 } as const;

/** A server whose answers are given by the test, in the order asked. */
class Server {
  readonly asked: { readonly op: string; answer(result: object): void; refuse(error: ClientError): void }[] = [];
  readonly desk: Desk;

  constructor() {
    const call = <R>(op: string, _fields: Fields) =>
      new Promise<R>((resolve, reject) => this.asked.push({ op, answer: (result) => resolve(result as R), refuse: reject }));
    const clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
    const conversation = () => ({ opened: () => undefined, detached: () => undefined }) as never;
    this.desk = new Desk({ clock, call, insist: call, conversation } satisfies DeskPorts);
  }

  async answers(op: string, result: object): Promise<void> {
    const at = this.asked.findIndex((each) => each.op === op);
    assert.notEqual(at, -1, `${op} was not asked`);
    this.asked.splice(at, 1)[0]?.answer(result);
    await turns(1);
  }

  get ops(): string[] {
    return this.asked.map(({ op }) => op);
  }
}

const inbox = (fields: Partial<Inbox>): Inbox => ({ ...own, conversations: [], offers: [], ...fields });
const held = { c: "c1" } as Held;

test("what is assigned while the inbox is being read is read again, and the older answer shows nothing", async () => {
  const server = new Server();
  server.desk.ready();
  server.desk.event({ ev: "assigned", c: "c1", reason: "accepted", version: 3 });
  assert.deepEqual(server.ops, ["inbox"]);
  await server.answers("inbox", inbox({}));
  assert.equal(server.desk.current, undefined);
  await server.answers("inbox", inbox({ conversations: [held], load: 1 }));
  assert.deepEqual(server.desk.held, [held]);
  assert.deepEqual(server.desk.current, { ...own, load: 1 });
  assert.deepEqual(server.ops, []);
});

test("an answer from before the agent set its status does not undo it", async () => {
  const server = new Server();
  server.desk.ready();
  const set = server.desk.status("away");
  await server.answers("status", { ...own, status: "away" });
  await set;
  await server.answers("inbox", inbox({}));
  assert.equal(server.desk.current?.status, "away");
});

test("an offer that somebody else was first to take is shown no longer", async () => {
  const server = new Server();
  server.desk.event({ ev: "offer", ...offer });
  const taken = server.desk.accept(offer);
  server.asked[0]?.refuse(new ClientError("conflict"));
  await assert.rejects(taken, { code: "conflict" });
  assert.deepEqual(server.desk.offers, []);
});

test("a status the server restored is known with its capacity, also when none was known before", async () => {
  const server = new Server();
  server.desk.event({ ev: "status", status: "online", reason: "restored" });
  await server.answers("inbox", inbox({}));
  assert.deepEqual(server.desk.current, own);
});
