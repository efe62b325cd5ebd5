import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BEGINNING, type Position } from "../proto/position.js";
import { ADA, VISITOR } from "../test/contract/broker/chat.js";
import { PlainLive, ReadingClient } from "../test/support/live-stage.js";
import type { PlainSocket } from "../test/support/plain-socket.js";
import { turns } from "../test/support/until.js";
import { REPLAY_QUEUE_BYTES } from "./outlet.js";
import { ConversationSignal } from "./signal.js";

/** A conversation of so many entries, and one that reads it from `from` on. */
async function reading(count: number, from?: Position, user = VISITOR) {
  const live = new PlainLive();
  live.say(count);
  const made = live.reader(user);
  const life = await live.conversation.attach({ limit: 50 });
  made.reader.release(from ?? life?.head ?? BEGINNING);
  await turns();
  return { live, ...made };
}

function gaps(socket: PlainSocket): unknown[] {
  return socket.frames.filter(({ ev }) => ev === "gap").map(({ after, head }) => [after, head]);
}

function typing(origin: string, text: string): ConversationSignal {
  const frame = JSON.stringify({ ev: "typing", c: "c_1", user: "ada", text });
  return new ConversationSignal({ frame, audience: "all", origin });
}

test("a held reader is sent nothing, and what came meanwhile follows its reply", async () => {
  const live = new PlainLive();
  live.say(2);
  const { reader, socket } = live.reader();
  const life = await live.conversation.attach({ limit: 50 });
  live.say(3);
  await turns();
  assert.deepEqual(socket.sent, []);
  assert.equal(reader.delivered, undefined);
  reader.release(life?.head ?? BEGINNING);
  await turns();
  assert.deepEqual(socket.sent, live.frames([10, 2]));
  assert.deepEqual(reader.delivered, [10, 5]);
});

test("a live reader is sent each entry as it comes, in the bytes it has everywhere", async () => {
  const { live, socket } = await reading(2);
  live.say(2);
  assert.deepEqual(socket.sent, live.frames([10, 2]));
});

test("a visitor gets a skip in place of what agents say to each other", async () => {
  const { live, socket } = await reading(1);
  live.say(1, { agentsOnly: true });
  assert.deepEqual(socket.frames, [{ ev: "skip", c: "c_1", pos: [10, 2] }]);
});

test("an agent gets what agents say to each other", async () => {
  const { live, socket } = await reading(1, undefined, ADA);
  live.say(1, { agentsOnly: true });
  assert.deepEqual(socket.sent, live.frames([10, 1], ADA));
  assert.deepEqual(socket.frames[0]?.["ev"], "message");
});

test("a reader far behind reads the window page by page, and then lives on", async () => {
  const { live, socket } = await reading(180, [10, 3]);
  live.say(1);
  await turns(10);
  assert.deepEqual(socket.sent, live.frames([10, 3]));
});

test("an entry that does not follow the last one sends the reader back to the window", async () => {
  const { live, socket } = await reading(2);
  live.say(1, { lost: true });
  live.say(1);
  await turns();
  assert.deepEqual(socket.sent, live.frames([10, 2]));
});

test("a window that does not reach back is a gap up to the head, and then nothing is missing", async () => {
  const live = new PlainLive();
  live.say(30);
  live.trim(5);
  const { reader, socket } = live.reader();
  await live.conversation.attach({ limit: 1 });
  reader.release([10, 4]);
  await turns();
  live.say(2);
  assert.deepEqual(gaps(socket), [
    [
      [10, 4],
      [10, 30],
    ],
  ]);
  assert.deepEqual(socket.sent.slice(1), live.frames([10, 30]));
});

test("a later life is replayed from its first entry, and a gap says that the epoch changed, also when n looks contiguous", async () => {
  const { live, socket } = await reading(2);
  live.begin(3);
  await live.conversation.reattach();
  await turns();
  live.say(1);
  await turns();
  assert.deepEqual(
    socket.frames.map(({ ev, pos, head }) => [ev, pos ?? head]),
    [
      ["message", [11, 1]],
      ["message", [11, 2]],
      ["message", [11, 3]],
      ["gap", [11, 3]],
      ["message", [11, 4]],
    ],
  );
  assert.deepEqual(gaps(socket), [
    [
      [10, 2],
      [11, 3],
    ],
  ]);
});

test("a later life whose beginning left the window is one gap", async () => {
  const { live, socket } = await reading(2);
  live.begin(30);
  live.trim(3);
  await live.conversation.reattach();
  await turns();
  assert.deepEqual(
    socket.frames.map(({ ev }) => ev),
    ["gap"],
  );
  assert.deepEqual(gaps(socket), [
    [
      [10, 2],
      [11, 30],
    ],
  ]);
});

test("a position that the server does not have is a gap down to the head", async () => {
  const live = new PlainLive();
  live.say(3);
  const { reader, socket } = live.reader();
  await live.conversation.attach({ limit: 1 });
  reader.resumeBeyond([10, 9], [10, 3]);
  live.say(1);
  await turns();
  assert.deepEqual(gaps(socket), [
    [
      [10, 9],
      [10, 3],
    ],
  ]);
  assert.deepEqual(socket.sent.slice(1), live.frames([10, 3]));
});

test("a gap waits for the reply to an open that is under way", async () => {
  const live = new PlainLive();
  live.say(3);
  const { reader, socket } = live.reader();
  await live.conversation.attach({ limit: 1 });
  reader.hold();
  reader.resumeBeyond([10, 9], [10, 3]);
  assert.deepEqual(socket.sent, []);
  reader.release([10, 3]);
  live.say(1);
  await turns();
  assert.deepEqual(socket.sent, live.frames([10, 3]));
});

test("what an open has shown is not sent again by the resume it overtook", async () => {
  const live = new PlainLive();
  live.say(9);
  const { reader, socket } = live.reader();
  await live.conversation.attach({ limit: 1 });
  reader.hold();
  reader.release([10, 9]);
  reader.release([10, 2]);
  live.say(1);
  await turns();
  assert.deepEqual(socket.sent, live.frames([10, 9]));
});

test("a reader whose reply was not to be goes on where it was", async () => {
  const { live, reader, socket } = await reading(2);
  reader.hold();
  live.say(2);
  await turns();
  assert.deepEqual(socket.sent, []);
  reader.unhold();
  await turns();
  assert.deepEqual(socket.sent, live.frames([10, 2]));
});

test("a slow client's replay waits for room, entry by entry, and goes on when there is some", async () => {
  const live = new PlainLive();
  live.say(20);
  const { reader, socket, outlet } = live.reader();
  await live.conversation.attach({ limit: 1 });
  const send = socket.send.bind(socket);
  socket.send = (text) => {
    socket.unsent += REPLAY_QUEUE_BYTES / 4;
    return send(text);
  };
  reader.release([10, 0]);
  await turns();
  assert.equal(socket.sent.length, 4);
  while (socket.unsent > 0) {
    socket.unsent = 0;
    outlet.drained();
    await turns();
  }
  assert.deepEqual(socket.sent, live.frames([10, 0]));
});

test("a reader that left is sent nothing more", async () => {
  const { live, reader, socket } = await reading(2);
  live.conversation.remove(reader);
  live.say(1);
  reader.entry({ pos: [10, 3] } as never);
  reader.signal(typing("s9", "Hel"));
  await turns();
  assert.deepEqual(socket.sent, []);
  assert.equal(reader.delivered, undefined);
});

test("the end of a conversation is told as a gap only to a reader that lacks something", async () => {
  const [whole, lacking] = [await reading(2), await reading(2)];
  whole.reader.finish([10, 2]);
  lacking.reader.finish([10, 4]);
  assert.deepEqual(
    [gaps(whole.socket), gaps(lacking.socket)],
    [
      [],
      [
        [
          [10, 2],
          [10, 4],
        ],
      ],
    ],
  );
});

test("signals go to everybody but their origin, at once, and behind a reply that is under way", async () => {
  const { reader, socket } = await reading(2, undefined, ADA);
  reader.signal(typing("s1", "own"));
  reader.signal(typing("s2", "one"));
  reader.hold();
  reader.signal(typing("s2", "two"));
  assert.deepEqual(
    socket.frames.map(({ text }) => text),
    ["one"],
  );
  reader.release([10, 2]);
  assert.deepEqual(
    socket.frames.map(({ text }) => text),
    ["one", "two"],
  );
});

test("of the signals for a reply that takes long the newest are kept", async () => {
  const { reader, socket } = await reading(2, undefined, ADA);
  reader.hold();
  for (let i = 0; i < 70; i++) reader.signal(typing("s2", `${i}`));
  reader.release([10, 2]);
  assert.deepEqual([socket.sent.length, socket.frames[0]?.["text"], socket.frames.at(-1)?.["text"]], [64, "6", "69"]);
});

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("say" as const), count: fc.integer({ min: 1, max: 4 }), agentsOnly: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("burst" as const), count: fc.integer({ min: 40, max: 120 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("trim" as const), keep: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("begin" as const), count: fc.integer({ min: 1, max: 70 }) }) },
  { weight: 2, arbitrary: fc.constantFrom({ do: "slow" as const }, { do: "drain" as const }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom({ do: "open" as const }, { do: "fail" as const }, { do: "reply" as const }, { do: "overtake" as const }),
  },
  { weight: 8, arbitrary: fc.constantFrom({ do: "answer" as const }, { do: "turn" as const }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** One reader and its client, under whatever happens in whatever order. */
class Walk {
  readonly live = new PlainLive();
  readonly client = new ReadingClient(BEGINNING);
  readonly #made = this.live.reader();
  /** Replies under way, as they will show the conversation. */
  readonly #replies: Position[] = [];

  async start(from: number): Promise<void> {
    this.live.say(3);
    await this.live.conversation.attach({ limit: 1 });
    const { socket, reader } = this.#made;
    const send = socket.send.bind(socket);
    socket.send = (text) => {
      this.client.event(JSON.parse(text));
      return send(text);
    };
    this.live.prompt = false;
    this.client.shown([10, from]);
    reader.release([10, from]);
  }

  async take(what: Step): Promise<void> {
    const { reader, socket, outlet } = this.#made;
    switch (what.do) {
      case "say":
        return this.live.say(what.count, what);
      case "burst":
        return this.live.say(what.count);
      case "trim":
        return this.live.trim(what.keep);
      case "lose":
        this.live.say(what.count, { lost: true });
        return void this.live.conversation.reattach();
      case "begin":
        this.live.begin(what.count);
        return void this.live.conversation.reattach();
      case "slow":
        socket.unsent = REPLAY_QUEUE_BYTES;
        return;
      case "drain":
        socket.unsent = 0;
        return outlet.drained();
      case "open":
        reader.hold();
        return void this.#replies.push(this.live.conversation.head);
      case "fail":
        return this.#end(this.#replies.shift(), () => reader.unhold());
      case "reply":
        return this.#end(this.#replies.shift(), (head) => this.#show(head));
      case "overtake":
        return this.#end(this.#replies.pop(), (head) => this.#show(head));
      case "answer":
        this.live.letThrough();
        return turns(1);
      case "turn":
        return turns(1);
    }
  }

  /** Everything that is under way comes to its end. */
  async rest(): Promise<readonly string[]> {
    while (this.#replies.length > 0) await this.take({ do: "reply" });
    await this.take({ do: "drain" });
    this.live.prompt = true;
    for (let round = 0; round < 20; round++) {
      for (const answer of this.live.answers.splice(0)) answer();
      await turns(3);
    }
    return this.client.rest(this.live.head);
  }

  #end(head: Position | undefined, how: (head: Position) => void): void {
    if (head) how(head);
  }

  #show(head: Position): void {
    this.client.shown(head);
    this.#made.reader.release(head);
  }
}

test("whatever happens in whatever order, no entry comes twice, none is missed without a gap, and the head is reached", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 3 }), fc.array(step, { maxLength: 40 }), async (from, steps) => {
      const walk = new Walk();
      await walk.start(from);
      for (const each of steps) await walk.take(each);
      assert.deepEqual(await walk.rest(), []);
    }),
    { numRuns: 400 },
  );
});
