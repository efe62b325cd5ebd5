import assert from "node:assert/strict";
import { DeskError } from "../../../lib/errors.js";
import { ADA, authority, C, entries, entry, routing, Scribe, TENANT, WEI } from "../store/script.js";
import { type HistorySuite, IMPATIENT_MS, PATIENT_MS } from "./suite.js";

const held = authority(7, "active", { assignee: ADA.id, members: [WEI, ADA] });

export const beforeSuite: HistorySuite = ({ test, factory }) => {
  test("the authority before a life is what its last routing entry left, whatever was said after it", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(
      ...[routing([1, 1], "queued", authority(6, "queued")), routing([1, 2], "assigned", held), ...entries(1, 3, 250)],
      ...[routing([2, 1], "barrier"), entry([3, 1])],
    );
    assert.deepEqual(await history.before(TENANT, C, 2), held);
    assert.deepEqual(await history.before(TENANT, C, 3), held);
  });

  test("routing entries of the life itself are not before it", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(
      ...[routing([1, 1], "assigned", held), routing([2, 1], "barrier")],
      ...[routing([2, 2], "asserted", { ...held, version: 8 }), routing([2, 3], "closed", authority(9, "closed"))],
    );
    assert.deepEqual(await history.before(TENANT, C, 2), held);
  });

  test("nothing was decided before the first life", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(routing([1, 1], "queued", authority(1, "queued")));
    assert.equal(await history.before(TENANT, C, 1), undefined);
  });

  test("while entry 1 of the life is not stored, something may still come before it: pending", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(routing([1, 1], "assigned", held), entry([2, 2]));
    await assert.rejects(history.before(TENANT, C, 2), (error) => error instanceof DeskError && error.code === "pending");
  });

  test("a question that comes early is answered when entry 1 is there", async (t) => {
    const { history, store } = await factory(t, PATIENT_MS);
    const scribe = new Scribe(store);
    await scribe.write(routing([1, 1], "assigned", held));
    const answer = history.before(TENANT, C, 2);
    await scribe.write(routing([2, 1], "barrier"));
    assert.deepEqual(await answer, held);
  });
};
