import assert from "node:assert/strict";
import type { StoreBatch } from "../../../persister/store.js";
import type { Position } from "../../../proto/position.js";
import { allRows, batch, C, entry, places, Scribe, TENANT } from "./script.js";
import type { StoreSuite } from "./suite.js";

const lost = (offset: number, pos: Position): StoreBatch["unreadable"][number] => ({ offset, tenant: TENANT, c: C, pos });

export const unreadableSuite: StoreSuite = ({ test, factory }) => {
  test("an unreadable record takes its position with a row that has no entry", async (t) => {
    const { store } = await factory(t);
    await store.write(batch(1, [{ offset: 0, entry: entry([1, 1]) }], { unreadable: [lost(1, [1, 2])] }));
    const rows = await allRows(store);
    assert.deepEqual(places(rows), ["1-1", "1-2"]);
    assert.deepEqual(rows[1], { pos: [1, 2] });
  });

  test("an unreadable record never takes the place of an entry", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(entry([1, 1]));
    await store.write(batch(1, [], { unreadable: [lost(1, [1, 1])] }));
    assert.deepEqual((await allRows(store))[0]?.entry, entry([1, 1]));
  });

  test("an entry that is delivered again readable takes the place its damaged copy held", async (t) => {
    const { store } = await factory(t);
    await store.write(batch(0, [], { unreadable: [lost(0, [1, 1])] }));
    assert.deepEqual(await store.write(batch(1, [{ offset: 1, entry: entry([1, 1]) }])), []);
    assert.deepEqual((await allRows(store))[0]?.entry, entry([1, 1]));
  });

  test("an unreadable record of an older epoch comes too late for a row, as an entry does", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(entry([2, 1]));
    await store.write(batch(1, [], { unreadable: [lost(1, [1, 4])] }));
    assert.deepEqual(places(await allRows(store)), ["2-1"]);
  });

  test("records are taken by their offsets: an unreadable one in front of a later epoch has its row, in one batch as in two", async (t) => {
    const { store } = await factory(t);
    const rows = [
      { offset: 0, entry: entry([1, 1]) },
      { offset: 2, entry: entry([2, 1]) },
    ];
    await store.write(batch(2, rows, { unreadable: [lost(1, [1, 2])] }));
    assert.deepEqual(places(await allRows(store)), ["1-1", "1-2", "2-1"]);
  });

  test("an unreadable entry 1 begins its epoch all the same, in one batch as in two", async (t) => {
    const { store } = await factory(t);
    const aside = await store.write(batch(1, [{ offset: 1, entry: entry([1, 2]) }], { unreadable: [lost(0, [2, 1])] }));
    assert.deepEqual(
      aside.map(({ reason }) => reason),
      ["late_epoch"],
    );
    assert.equal(await store.begun(TENANT, C, 2), true);
  });
};
