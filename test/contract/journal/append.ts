import assert from "node:assert/strict";
import { bucketOf } from "../../../timeline/entry.js";
import type { JournalRecord } from "../../../timeline/record.js";
import { until } from "../../support/until.js";
import { Consumer, entryRecord, entryRecords } from "./records.js";
import type { JournalSuite } from "./suite.js";

const KINDS: readonly JournalRecord[] = [
  entryRecord(1, { text: '好 "quoted"\n\u2028 and half an emoji \ud83d' }),
  { t: "mark", tenant: "shop", c: "c_1", user: "v_1\ud83d", got: [1, 4], read: [1, 3] },
  { t: "visitor", tenant: "shop", id: "v_1", name: "Wei\n", attributes: { plan: "gold" }, url: "https://shop.example/", since: 17 },
  {
    ...{ t: "decision", tenant: "shop", c: "c_1" },
    decision: { id: "d_1", at: 17, event: "ask", reason: "none_free", policy: "1", passed: [{ agent: "ada", reason: "full" }] },
  },
];

export const appendSuite: JournalSuite = ({ test, factory }) => {
  test("every kind of record comes back as it was given", async (t) => {
    const { journal } = await factory(t);
    for (const record of KINDS) await journal.append([record]);
    const consumer = new Consumer(journal, "g");
    await until("all records", () => consumer.raw.length >= KINDS.length);
    await consumer.stop();
    const key = (record: JournalRecord): string => record.t;
    assert.deepEqual(
      consumer.records.sort((a, b) => key(a).localeCompare(key(b))),
      KINDS.toSorted((a, b) => key(a).localeCompare(key(b))),
    );
  });

  test("records of one conversation are consumed in the order their appends resolved, also when they were under way together", async (t) => {
    const { journal } = await factory(t);
    const resolved: string[] = [];
    const appends = entryRecords(1, 40).map(async (record) => {
      await journal.append([record]);
      resolved.push(record.entry.mid);
    });
    await Promise.all(appends);
    const consumer = new Consumer(journal, "g");
    await until("all entries", () => consumer.raw.length >= 40);
    await consumer.stop();
    assert.deepEqual(consumer.mids, resolved);
  });

  test("records of one append come in the order given", async (t) => {
    const { journal } = await factory(t);
    await Promise.all([journal.append(entryRecords(1, 5)), journal.append(entryRecords(6, 9))]);
    const consumer = new Consumer(journal, "g");
    await until("all entries", () => consumer.raw.length >= 9);
    await consumer.stop();
    const place = (n: number): number => consumer.mids.indexOf(`m${n}`);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(place),
      [1, 2, 3, 4, 5].map((_, i) => place(1) + i),
    );
    assert.deepEqual(
      [6, 7, 8, 9].map(place),
      [6, 7, 8, 9].map((_, i) => place(6) + i),
    );
  });

  test("what was acknowledged is there after a restart", async (t) => {
    const { journal, reopen } = await factory(t);
    const records = entryRecords(1, 20);
    await Promise.all(records.map((record) => journal.append([record])));
    const consumer = new Consumer(await reopen(), "g");
    await until("all entries", () => consumer.raw.length >= 20);
    await consumer.stop();
    assert.deepEqual(consumer.records, records);
  });

  test("a restarted journal goes on behind what it had", async (t) => {
    const { journal, reopen } = await factory(t);
    await journal.append(entryRecords(1, 3));
    const restarted = await reopen();
    await restarted.append(entryRecords(4, 5));
    const consumer = new Consumer(restarted, "g");
    await until("all entries", () => consumer.raw.length >= 5);
    await consumer.stop();
    assert.deepEqual(consumer.mids, ["m1", "m2", "m3", "m4", "m5"]);
  });
};

export const endSuite: JournalSuite = ({ test, factory }) => {
  test("every record whose append resolved lies below the end of its partition", async (t) => {
    const { journal, reopen } = await factory(t);
    const partition = bucketOf("c_1") % journal.partitions;
    assert.equal(await journal.end(partition), 0);
    await journal.append(entryRecords(1, 3));
    const end = await journal.end(partition);
    const consumer = new Consumer(journal, "g");
    await until("all entries", () => consumer.raw.length >= 3);
    await consumer.stop();
    assert.equal(end, (consumer.raw.at(-1)?.offset ?? Number.NaN) + 1);
    const restarted = await reopen();
    assert.equal(await restarted.end(partition), end);
    await restarted.append(entryRecords(4, 4));
    assert.ok((await restarted.end(partition)) > end);
  });

  test("a conversation's records go to the partition of its bucket", async (t) => {
    const { journal } = await factory(t);
    const conversations = Array.from({ length: 12 }, (_, i) => `c_${i}`);
    await journal.append(conversations.map((c) => entryRecord(1, { c })));
    const consumer = new Consumer(journal, "g");
    await until("all entries", () => consumer.raw.length >= 12);
    await consumer.stop();
    const found = consumer.batches.flatMap(({ partition, records }) =>
      records.map(({ bytes }) => ({ partition, text: String(Buffer.from(bytes)) })),
    );
    for (const { partition, text } of found) {
      const c = conversations.find((each) => text.includes(`"${each}"`)) ?? "";
      assert.equal(partition, bucketOf(c) % journal.partitions);
    }
  });
};
