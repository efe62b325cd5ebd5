import assert from "node:assert/strict";
import { until } from "../../support/until.js";
import { ADA, Chat, Ear, held, TENANT, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

export const attachSuite: BrokerSuite = ({ test, factory }) => {
  test("attaching answers the life with a page of it, and what is appended afterwards reaches the inbox in order", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(broker, "n1");
    await chat.said("m1");
    const { page, ...attached } = await chat.attach("n1", { limit: 1 });
    assert.deepEqual(attached, { ...(await chat.life()), at: "attached", marks: [], present: [] });
    assert.deepEqual([page.entries.map(({ mid }) => mid), page.more], [["m1"], true]);
    const later = [await chat.said("m2"), await chat.through(elsewhere).said("m3", { node: "n2" })];
    await until("both entries", () => ear.entries.length === 2);
    assert.deepEqual(ear.entries, later);
  });

  test("a node gets what it appended itself, and routing entries, like everybody else", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ears = [await Ear.at(broker, "n1"), await Ear.at(elsewhere, "n2")];
    await chat.attach("n1");
    await chat.through(elsewhere).attach("n2");
    await chat.said("m1", { node: "n1" });
    await chat.route(held(2, ADA));
    await chat.said("m2", { node: "n2" });
    await until("three entries at both", () => ears.every(({ entries }) => entries.length === 3));
    assert.deepEqual(ears[0]?.mids, ["m1", "v2", "m2"]);
    assert.deepEqual(ears[1]?.entries, ears[0]?.entries);
  });

  test("a node gets nothing of a conversation it has not attached", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const one = await Chat.begun(broker, { c: "c_1" });
    const two = await Chat.begun(broker, { c: "c_2" });
    const ear = await Ear.at(broker, "n1");
    await two.attach("n1");
    await one.said("m1");
    await two.said("m2");
    await until("the attached one's entry", () => ear.entries.length > 0);
    assert.deepEqual(ear.mids, ["m2"]);
  });

  test("a conversation without a life is cold and is not joined", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker);
    await broker.install(1);
    const ear = await Ear.at(broker, "n1");
    const read = { limit: 10 };
    assert.deepEqual(await broker.attach({ E: 1, node: "n1", tenant: TENANT, c: chat.c, serial: 1, read }), { at: "cold" });
    await chat.begin();
    await chat.attach("n1");
    await chat.said("m1");
    await until("the entry after the attach", () => ear.entries.length > 0);
    assert.deepEqual(ear.mids, ["m1"]);
  });

  test("a life that has only its barrier is cold to readers and is not joined", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker);
    await broker.install(1);
    const ear = await Ear.at(broker, "n1");
    await chat.barrier();
    const read = { limit: 10 };
    assert.deepEqual(await broker.attach({ E: 1, node: "n1", tenant: TENANT, c: chat.c, serial: 1, read }), { at: "cold" });
    await chat.assert(held(3, ADA));
    const { head } = await chat.attach("n1");
    await chat.said("m1", { since: head });
    await until("the entry after the attach", () => ear.entries.length > 0);
    assert.deepEqual(ear.mids, ["m1"]);
  });

  test("another tenant's reader is answered not_found, and does not end the attachment the node has", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(broker, "n1");
    await chat.attach("n1", { serial: 1 });
    const foreign = { E: 1, node: "n1", tenant: "rival", c: chat.c, serial: 2, read: { limit: 10 } };
    assert.deepEqual(await broker.attach(foreign), { at: "refused", code: "not_found" });
    await broker.detach("n1", chat.c, 2);
    await chat.said("m1");
    await until("the entry", () => ear.entries.length > 0);
    await broker.detach("n1", chat.c, 1);
  });

  test("under another storage epoch nothing is joined or read", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 2 });
    const ear = await Ear.at(broker, "n1");
    const read = { limit: 10 };
    assert.deepEqual(await broker.attach({ E: 1, node: "n1", tenant: TENANT, c: chat.c, serial: 1, read }), { at: "fenced", E: 2 });
    await chat.said("m1");
    await chat.attach("n1");
    await chat.said("m2");
    await until("the entry after the attach", () => ear.entries.length > 0);
    assert.deepEqual(ear.mids, ["m2"]);
  });

  test("a detach with the attach's own serial ends it; one with another serial is ignored", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(broker, "n1");
    await chat.attach("n1", { serial: 1 });
    await chat.attach("n1", { serial: 2 });
    await broker.detach("n1", chat.c, 1);
    await chat.said("m1");
    await until("an entry, since serial 2 holds", () => ear.entries.length === 1);
    await broker.detach("n1", chat.c, 2);
    await chat.said("m2");
    await chat.attach("n1", { serial: 3 });
    await chat.said("m3");
    await until("the entry after serial 3", () => ear.mids.includes("m3"));
    assert.deepEqual(ear.mids, ["m1", "m3"]);
  });

  test("a node detached from a conversation leaves the others attached", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(elsewhere, "n2");
    await chat.attach("n1");
    await chat.through(elsewhere).attach("n2");
    await broker.detach("n1", chat.c, 1);
    await chat.said("m1");
    await until("the entry at n2", () => ear.mids.length === 1);
  });

  test("attaching twice delivers each entry once", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(broker, "n1");
    await chat.attach("n1", { serial: 1 });
    await chat.attach("n1", { serial: 2 });
    await chat.sayAll(2);
    await until("the last entry", () => ear.mids.includes("m2"));
    assert.deepEqual(ear.mids, ["m1", "m2"]);
  });

  test("an unsubscribed node is forgotten, and may come back only by attaching", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await Ear.at(broker, "n1");
    await chat.attach("n1");
    await broker.unsubscribe("n1");
    const ear = await Ear.at(broker, "n1");
    await chat.said("m1");
    await chat.attach("n1");
    await chat.said("m2");
    await until("the entry after the attach", () => ear.entries.length > 0);
    assert.deepEqual(ear.mids, ["m2"]);
  });

  test("an attach answers marks, and the users who are present", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { pos } = await chat.said("m1");
    await broker.mark(1, chat.c, { user: VISITOR.id, read: pos }, "socket");
    await broker.present(1, chat.c, "n2", VISITOR.id, true);
    const { marks, present } = await chat.attach("n1");
    assert.deepEqual([marks, present], [[{ user: VISITOR.id, read: pos }], [VISITOR.id]]);
  });
};
