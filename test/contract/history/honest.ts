import assert from "node:assert/strict";
import { type HistoryPage, OPEN_END, type PageQuery } from "../../../persister/history.js";
import { C, entries, entry, places, Scribe, TENANT } from "../store/script.js";
import { type HistorySuite, IMPATIENT_MS, PATIENT_MS } from "./suite.js";

const asked = (more: Partial<PageQuery> = {}): PageQuery => ({ tenant: TENANT, c: C, limit: 10, ...more });
const missing = ({ incomplete }: HistoryPage): string[] => incomplete.map(([from, to]) => `${from.join("-")}..${to.join("-")}`);

export const honestSuite: HistorySuite = ({ test, factory }) => {
  test("a hole between stored entries is named, whichever way the page was asked for", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 2), ...entries(1, 5, 6), entry([1, 9]));
    assert.deepEqual(missing(await history.page(asked())), ["1-2..1-4", "1-6..1-8"]);
    assert.deepEqual(missing(await history.page(asked({ after: [1, 1] }))), ["1-2..1-4", "1-6..1-8"]);
    assert.deepEqual(missing(await history.page(asked({ before: [1, 9] }))), ["1-2..1-4", "1-6..1-8"]);
  });

  test("a hole right at a bound is named", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(entry([1, 1]), entry([1, 5]));
    assert.deepEqual(missing(await history.page(asked({ before: [1, 5] }))), ["1-1..1-4"]);
    assert.deepEqual(missing(await history.page(asked({ after: [1, 3] }))), ["1-3..1-4"]);
    assert.deepEqual(missing(await history.page(asked({ before: [1, 3], limit: 1 }))), ["1-1..1-2"]);
  });

  test("a beginning that is not stored yet is named", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 3, 4));
    assert.deepEqual(missing(await history.page(asked())), ["0-0..1-2"]);
    assert.deepEqual(missing(await history.page(asked({ limit: 1 }))), []);
    assert.deepEqual(missing(await history.page(asked({ before: [1, 3] }))), ["0-0..1-2"]);
  });

  test("a page into a later life is incomplete from the last entry of the one before, until entry 1 is stored", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const scribe = new Scribe(store);
    await scribe.write(...entries(1, 1, 3), ...entries(2, 2, 3));
    const questions = [asked(), asked({ after: [1, 2] }), asked({ before: [2, 3] })];
    for (const question of questions) assert.deepEqual(missing(await history.page(question)), ["1-3..2-1"]);
    await scribe.write(entry([2, 1]));
    for (const question of questions) assert.deepEqual(missing(await history.page(question)), []);
  });

  test("what lies below a life that is not stored at all is incomplete up to it", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const scribe = new Scribe(store);
    await scribe.write(...entries(1, 1, 3));
    assert.deepEqual(missing(await history.page(asked({ before: [2, 1] }))), ["1-3..2-0"]);
    assert.deepEqual(missing(await history.page(asked({ before: [2, 4] }))), ["1-3..2-3"]);
    await scribe.write(entry([2, 1]));
    assert.deepEqual(missing(await history.page(asked({ before: [2, 1] }))), []);
  });

  test("once a later life began in the store, what the ones before it do not have never lasted", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 2), ...entries(1, 5, 6), entry([2, 1]));
    const whole = await history.page(asked());
    assert.deepEqual([places(whole.rows), missing(whole)], [["1-1", "1-2", "1-5", "1-6", "2-1"], []]);
    assert.deepEqual(missing(await history.page(asked({ after: [1, 9] }))), []);
    assert.deepEqual(missing(await history.page(asked({ before: [1, 9] }))), []);
  });

  test("the newest side is open while the persister has not passed what the journal held at the request", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 3));
    const open = `1-3..${OPEN_END.join("-")}`;
    assert.deepEqual(missing(await history.page(asked({ upto: 4 }))), [open]);
    assert.deepEqual(missing(await history.page(asked({ after: [1, 1], upto: 4 }))), [open]);
    assert.deepEqual(missing(await history.page(asked({ after: [1, 3], upto: 4 }))), [open]);
    assert.deepEqual(missing(await history.page(asked({ upto: 3 }))), []);
  });

  test("a page that goes on is not open at its end, and one below a bound only as far as the bound", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 3));
    assert.deepEqual(missing(await history.page(asked({ after: [1, 1], limit: 1, upto: 4 }))), []);
    assert.deepEqual(missing(await history.page(asked({ before: [1, 3], upto: 4 }))), []);
    assert.deepEqual(missing(await history.page(asked({ before: [1, 9], upto: 4 }))), ["1-3..1-8"]);
  });

  test("when the persister has passed everything, nothing is missing below a bound that no entry reached", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...entries(1, 1, 3));
    assert.deepEqual(missing(await history.page(asked({ before: [1, 9], upto: 3 }))), []);
    assert.deepEqual(missing(await history.page(asked({ before: [7, 1], upto: 3 }))), []);
  });

  test("an empty history that may not stay empty says so", async (t) => {
    const { history } = await factory(t, IMPATIENT_MS);
    assert.deepEqual(missing(await history.page(asked({ upto: 1 }))), [`0-0..${OPEN_END.join("-")}`]);
  });

  test("a page that is asked for early waits for the persister, and is complete then", async (t) => {
    const { history, store } = await factory(t, PATIENT_MS);
    const page = history.page(asked({ upto: 3 }));
    await new Scribe(store).write(...entries(1, 1, 3));
    assert.deepEqual([places((await page).rows), missing(await page)], [["1-1", "1-2", "1-3"], []]);
  });
};
