import assert from "node:assert/strict";
import fc from "fast-check";
import { BEGINNING, compare, type Position } from "../../../proto/position.js";
import type { Appended, Broker } from "../../../timeline/broker.js";
import type { Entry } from "../../../timeline/entry.js";
import { turns } from "../../support/until.js";
import { as, Chat, Ear, SUN, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

const RUNS = { numRuns: 150 };

interface Words {
  readonly from: typeof VISITOR;
  readonly mid: string;
  readonly text: string;
}

/** Few of each, so that they meet. */
const words: fc.Arbitrary<Words> = fc.record({
  from: fc.constantFrom(VISITOR, SUN),
  mid: fc.constantFrom("a", "b", "c", "d", "e", "f"),
  text: fc.constantFrom("one", "one", "one", "two"),
});

type Step =
  | { readonly does: "say"; readonly words: Words; readonly read: number; readonly node: "n1" | "n2" }
  | { readonly does: "settle"; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant("say" as const), words, read: fc.nat({ max: 8 }), node: fc.constantFrom("n1" as const, "n2" as const) }),
  fc.record({ does: fc.constant("settle" as const), which: fc.nat({ max: 3 }) }),
);

/** What everybody who sends does: look up what the window cannot prove, and only then say it again. Answers the place it has. */
class Sender {
  readonly chat: Chat;
  /** The rows of history, as far as this model is concerned. */
  readonly log = new Map<string, { readonly entry: Entry; readonly text: string }>();
  /** What was read when a mid was first said: the same on every retry. */
  readonly #since = new Map<string, Position>();

  constructor(chat: Chat) {
    this.chat = chat;
  }

  async say({ from, mid, text }: Words, node: string, read: Position): Promise<void> {
    const key = `${from.id} ${mid}`;
    const say = (since: Position): Promise<Appended> => this.chat.say(mid, { from, text, node, since });
    this.#since.set(key, this.#since.get(key) ?? read);
    const answer = await say(this.#since.get(key) ?? read);
    const known = this.log.get(key);
    const again = answer.at === "lookup" && !known ? await say(answer.base) : answer;
    this.#judge(again, key, text);
  }

  #judge(answer: Appended, key: string, text: string): void {
    const known = this.log.get(key);
    const verdicts: { readonly [At in Appended["at"]]?: () => void } = {
      appended: () => {
        assert.equal(known, undefined, `${key} took a second place`);
        this.log.set(key, { entry: as(answer, "appended").entry, text });
      },
      duplicate: () => assert.deepEqual([as(answer, "duplicate").entry, text], [known?.entry, known?.text]),
      refused: () => assert.deepEqual([answer, known?.text === text], [{ at: "refused", code: "conflict" }, false]),
      lookup: () => assert.ok(known, `${key} was never said, and still cannot be proven after its lookup`),
    };
    assert.ok(verdicts[answer.at], `answered ${answer.at}`);
    verdicts[answer.at]?.();
  }
}

/** A reader as the protocol wants it: in order, nothing twice, and whatever it does not see was announced as a gap. */
class Reader {
  readonly seen: Position[] = [];
  readonly gaps: { readonly after: Position; readonly to: Position }[] = [];
  readonly #node: string;
  readonly #chat: Chat;
  readonly #ear = new Ear();
  #last: Position = BEGINNING;
  #serial = 0;
  #taken = 0;

  constructor(chat: Chat, node: string) {
    this.#chat = chat;
    this.#node = node;
  }

  async open(broker: Broker): Promise<void> {
    await broker.subscribe(this.#node, this.#ear);
    await this.come();
  }

  async come(): Promise<void> {
    const after = this.#last;
    const { page, first, head } = await this.#chat.attach(this.#node, { serial: ++this.#serial, after });
    const reachesBack = after[0] === first[0] ? after[1] >= first[1] - 1 : first[1] === 1;
    assert.equal(page.gap, !reachesBack, `after ${after}, window from ${first}`);
    if (page.gap) this.#jump({ after, to: [first[0], first[1] - 1] });
    for (const entry of page.entries) this.#take(entry);
    assert.deepEqual(this.#last, head);
    this.hear();
  }

  /** What came meanwhile; while an attach is under way it waits. */
  hear(): void {
    for (; this.#taken < this.#ear.entries.length; this.#taken++) this.#take(this.#ear.entries[this.#taken] as Entry);
  }

  async leave(): Promise<void> {
    this.hear();
    await this.#chat.broker.detach(this.#node, this.#chat.c, this.#serial);
  }

  #jump(gap: { readonly after: Position; readonly to: Position }): void {
    this.gaps.push(gap);
    this.#last = gap.to;
  }

  #take({ pos }: Entry): void {
    if (compare(pos, this.#last) <= 0) return;
    assert.equal(pos[1], this.#last[0] === pos[0] ? this.#last[1] + 1 : 1, `a hole: ${pos} after ${this.#last}`);
    this.seen.push(pos);
    this.#last = pos;
  }

  missed(all: readonly Position[]): Position[] {
    const told = (pos: Position): boolean => this.gaps.some(({ after, to }) => compare(pos, after) > 0 && compare(pos, to) <= 0);
    return all.filter((pos) => !told(pos) && !this.seen.some((each) => compare(each, pos) === 0));
  }
}

export const modelSuite: BrokerSuite = ({ test, factory }) => {
  test("model: whatever is said, repeated, settled and trimmed, each (sender, mid) has one place and positions have no hole", async (t) => {
    const { broker, elsewhere } = await factory(t, { ...LIMITS, entries: 4, unsettled: 100 });
    let run = 0;
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const chat = await Chat.begun(broker, { c: `c_${++run}` });
      const clients = { n1: chat, n2: chat.through(elsewhere) };
      const sender = new Sender(chat);
      const { epoch } = await chat.life();
      const does = {
        say: async (each: Extract<Step, { does: "say" }>): Promise<void> => {
          const { head } = await clients[each.node].life();
          await sender.say(each.words, each.node, [epoch, Math.max(0, head[1] - each.read)]);
        },
        settle: async ({ which }: Extract<Step, { does: "settle" }>): Promise<void> => {
          const open = await chat.unsettled();
          await chat.settle(...open.slice(which).map(({ entry }) => entry.pos));
        },
      };
      for (const each of steps) await does[each.does](each as never);
      const places = [...sender.log.values()].map(({ entry }) => entry.pos[1]).sort((a, b) => a - b);
      assert.deepEqual(
        places,
        places.map((_, i) => i + 2),
      );
      const { first, head } = await chat.life();
      const held = as(await broker.window(chat.E, chat.c, { limit: 1_000 }), "window").page.entries.map(({ pos }) => pos[1]);
      assert.deepEqual(
        held,
        Array.from({ length: head[1] - first[1] + 1 }, (_, i) => first[1] + i),
      );
    });
    await fc.assert(property, RUNS);
  });

  test("model: a reader that comes and goes at any moment sees every entry once, in order, or was told of the gap", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 4, unsettled: 1_000 });
    const moves = fc.constantFrom("say", "say", "say", "settle", "come", "leave", "hear");
    let run = 0;
    const property = fc.asyncProperty(fc.array(fc.array(moves, { maxLength: 6 }), { maxLength: 12 }), async (groups) => {
      run += 1;
      const chat = await Chat.begun(broker, { c: `c_${run}` });
      const reader = new Reader(chat, `n_${run}`);
      await reader.open(broker);
      const said: Position[] = [];
      const does = {
        say: async () => void said.push((await chat.said(`m${run} ${Math.random()}`, { from: SUN, since: (await chat.life()).head })).pos),
        settle: () => chat.settleAll(),
        come: () => reader.come(),
        leave: () => reader.leave(),
        hear: async () => reader.hear(),
      } as const;
      for (const group of groups) {
        const [mine, others] = [group.filter((move) => /come|leave|hear/.test(move)), group.filter((move) => /say|settle/.test(move))];
        const inOrder = (async () => {
          for (const move of mine) await does[move as "come"]();
        })();
        await Promise.all([inOrder, ...others.map((move) => does[move as "say"]())]);
      }
      await reader.come();
      await turns();
      reader.hear();
      assert.deepEqual(reader.missed(said), []);
      await broker.unsubscribe(`n_${run}`);
    });
    await fc.assert(property, RUNS);
  });
};
