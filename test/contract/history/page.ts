import assert from "node:assert/strict";
import type { PageQuery } from "../../../persister/history.js";
import { authority, batch, C, entries, entry, places, routing, Scribe, TENANT } from "../store/script.js";
import { type HistorySuite, IMPATIENT_MS } from "./suite.js";

const asked = (more: Partial<PageQuery> = {}): PageQuery => ({ tenant: TENANT, c: C, limit: 10, ...more });

export const pageSuite: HistorySuite = ({ test, factory }) => {
  test("a page holds the entries as they were stored, to the byte", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const written = [
      routing([1, 1], "queued", authority(1, "queued", { assignee: "ada" })),
      entry([1, 2], { body: { text: '林 😀 " \u2028' } }),
    ];
    await new Scribe(store).write(...written);
    const { rows, more, incomplete } = await history.page(asked());
    assert.deepEqual([rows, more, incomplete], [written.map((each) => ({ pos: each.pos, entry: each })), false, []]);
  });

  test("without bounds a page is the newest, and says whether there is more below", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 5));
    const [newest, whole] = [await history.page(asked({ limit: 2 })), await history.page(asked({ limit: 5 }))];
    assert.deepEqual([places(newest.rows), newest.more], [["1-4", "1-5"], true]);
    assert.deepEqual([places(whole.rows), whole.more], [["1-1", "1-2", "1-3", "1-4", "1-5"], false]);
  });

  test("before and after are exclusive, and more is about the direction asked for", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 5));
    const [below, above, end] = [
      await history.page(asked({ before: [1, 4], limit: 2 })),
      await history.page(asked({ after: [1, 1], limit: 2 })),
      await history.page(asked({ after: [1, 3], limit: 2 })),
    ];
    assert.deepEqual([places(below.rows), below.more], [["1-2", "1-3"], true]);
    assert.deepEqual([places(above.rows), above.more], [["1-2", "1-3"], true]);
    assert.deepEqual([places(end.rows), end.more], [["1-4", "1-5"], false]);
  });

  test("after the beginning is from the beginning", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 3));
    assert.deepEqual(places((await history.page(asked({ after: [0, 0], limit: 2 }))).rows), ["1-1", "1-2"]);
  });

  test("positions of the furthest life travel whole", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const far = Number.MAX_SAFE_INTEGER - 1;
    await new Scribe(store).write(entry([far, 1]), entry([far, 2]));
    assert.deepEqual(places((await history.page(asked({ after: [far, 1] }))).rows), [`${far}-2`]);
  });

  test("an entry that cannot be read back has its position in the page, and no more", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(entry([1, 1]));
    await store.write(batch(1, [], { unreadable: [{ offset: 1, tenant: TENANT, c: C, pos: [1, 2] }] }));
    assert.deepEqual((await history.page(asked())).rows[1], { pos: [1, 2] });
  });

  test("a page of long messages ends early, nearest first in either direction, and never without a row", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const body = { text: "林".repeat(200_000) };
    const scribe = new Scribe(store);
    for (const n of [1, 2, 3, 4]) await scribe.write(entry([1, n], { body }));
    const [down, up] = [await history.page(asked()), await history.page(asked({ after: [0, 0] }))];
    assert.deepEqual([places(down.rows), down.more, down.incomplete], [["1-4"], true, []]);
    assert.deepEqual([places(up.rows), up.more, up.incomplete], [["1-1"], true, []]);
  });

  test("a conversation nobody wrote to is an empty page", async (t) => {
    const { history } = await factory(t, IMPATIENT_MS);
    assert.deepEqual(await history.page(asked({ upto: 0 })), { rows: [], more: false, incomplete: [] });
  });
};
