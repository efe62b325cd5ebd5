import assert from "node:assert/strict";
import { DeskError } from "../../../lib/errors.js";
import { decodeRecord } from "../../../timeline/record.js";
import { allRows, authority, batch, entries, entry, places, routing, Scribe } from "./script.js";
import type { StoreSuite } from "./suite.js";

export const writeSuite: StoreSuite = ({ test, factory }) => {
  test("a written entry reads back as it was given, to the byte, also after the store was opened anew", async (t) => {
    const { store, reopen } = await factory(t);
    const written = [routing([1, 1], "queued", authority(1, "queued")), entry([1, 2], { body: { text: 'quoted " and 林 \u2028' } })];
    await new Scribe(store).write(...written);
    const rows = written.map((each) => ({ pos: each.pos, entry: each }));
    assert.deepEqual(await allRows(store), rows);
    assert.deepEqual(await allRows(await reopen()), rows);
  });

  test("the same batch twice leaves what it left once", async (t) => {
    const { store } = await factory(t);
    const rows = entries(1, 1, 5).map((each, offset) => ({ offset, entry: each }));
    const same = batch(4, rows);
    await store.write(same);
    const once = await allRows(store);
    assert.deepEqual(await store.write(same), []);
    assert.deepEqual(await allRows(store), once);
    assert.deepEqual(await store.deadLetters(10), []);
  });

  test("a position never gets other content: the second one is put aside as other_content and can be read there", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    const [first, second] = [entry([1, 1], { body: { text: "first" } }), entry([1, 1], { body: { text: "second" } })];
    await scribe.write(first);
    const [aside, ...more] = await scribe.write(second, entry([1, 2]));
    assert.deepEqual([aside?.reason, aside?.partition, aside?.offset, more.length], ["other_content", 0, 1, 0]);
    assert.deepEqual((await allRows(store))[0]?.entry, first);
    const [letter] = await store.deadLetters(10);
    assert.equal(letter?.reason, "other_content");
    assert.deepEqual(decodeRecord(letter?.bytes as Uint8Array), { t: "entry", entry: second });
  });

  test("once entry 1 of a later epoch is stored, an entry of an older one is put aside as late_epoch", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(entry([1, 1]), entry([2, 1]));
    const [aside] = await scribe.write(entry([1, 2]));
    assert.deepEqual([aside?.reason, aside?.offset], ["late_epoch", 2]);
    assert.deepEqual(places(await allRows(store)), ["1-1", "2-1"]);
  });

  test("lateness is judged from what is stored, also inside one batch and after the store was opened anew", async (t) => {
    const { store, reopen } = await factory(t);
    const scribe = new Scribe(store);
    const aside = await scribe.write(entry([1, 1]), entry([2, 1]), entry([1, 2]));
    assert.deepEqual(
      aside.map(({ reason }) => reason),
      ["late_epoch"],
    );
    const again = new Scribe(await reopen());
    assert.deepEqual(
      (await again.write(entry([1, 3]))).map(({ reason }) => reason),
      ["late_epoch"],
    );
  });

  test("an entry of a later epoch is no reason to refuse an older one while that epoch's entry 1 is not stored", async (t) => {
    const { store } = await factory(t);
    assert.deepEqual(await new Scribe(store).write(entry([1, 1]), entry([2, 2]), entry([1, 2])), []);
    assert.deepEqual(places(await allRows(store)), ["1-1", "1-2", "2-2"]);
  });

  test("an old entry that is stored already is not late when it comes again", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(entry([1, 1]), entry([2, 1]));
    assert.deepEqual(await scribe.write(entry([1, 1])), []);
  });

  test("an entry that is put aside keeps its batch's other entries", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(entry([1, 1]), entry([2, 1]));
    await scribe.write(entry([2, 2]), entry([1, 2]), entry([2, 3]));
    assert.deepEqual(places(await allRows(store)), ["1-1", "2-1", "2-2", "2-3"]);
  });

  test("a dead letter is kept once under its offset, with its reason and bytes, oldest first", async (t) => {
    const { store } = await factory(t);
    const letters = [7, 3].map((offset) => ({ partition: 0, offset, reason: "not_a_record", bytes: Uint8Array.of(0, 255, offset) }));
    await store.write(batch(7, [], { deadLetters: letters }));
    await store.write(batch(7, [], { deadLetters: letters }));
    const kept = await store.deadLetters(10);
    assert.deepEqual(
      kept.map(({ bytes, ...rest }) => ({ ...rest, bytes: [...bytes] })),
      [3, 7].map((offset) => ({ partition: 0, offset, reason: "not_a_record", bytes: [0, 255, offset] })),
    );
    assert.equal((await store.deadLetters(1)).length, 1);
  });

  test("a store that does not answer says unavailable to every call", async (t) => {
    const { store, close } = await factory(t);
    await close();
    const calls = [
      () => new Scribe(store).write(entry([1, 1])),
      () => store.passed(0),
      () => allRows(store),
      () => store.find("shop", "c", "v", "m"),
      () => store.begun("shop", "c", 1),
      () => store.latestEpoch("shop", "c"),
      () => store.conversation("shop", "c"),
      () => store.conversations({ tenant: "shop", limit: 1 }),
      () => store.marks("shop", "c"),
      () => store.visitor("shop", "v"),
      () => store.decisions("shop", "c", 1),
      () => store.deadLetters(1),
    ];
    for (const call of calls) await assert.rejects(call, (error) => error instanceof DeskError && error.code === "unavailable");
  });
};
