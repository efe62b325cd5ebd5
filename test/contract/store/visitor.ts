import assert from "node:assert/strict";
import type { Store } from "../../../persister/store.js";
import type { VisitorRecord } from "../../../timeline/record.js";
import { batch, TENANT } from "./script.js";
import type { StoreSuite } from "./suite.js";

const wei = (fields: Partial<VisitorRecord> = {}): VisitorRecord => ({ t: "visitor", tenant: TENANT, id: "v_wei", ...fields });
const learn = (store: Store, offset: number, visitor: VisitorRecord): Promise<unknown> =>
  store.write(batch(offset, [], { visitors: [{ offset, visitor }] }));

export const visitorSuite: StoreSuite = ({ test, factory }) => {
  test("of a visitor the newest fields stand, and the ones a record leaves out stay", async (t) => {
    const { store } = await factory(t);
    await learn(store, 0, wei({ name: "Wei", attributes: { plan: "free" }, url: "https://a.example/1", since: 17 }));
    await learn(store, 1, wei({ url: "https://a.example/2", attributes: { plan: "gold" } }));
    const known = { name: "Wei", attributes: { plan: "gold" }, url: "https://a.example/2", since: 17 };
    assert.deepEqual(await store.visitor(TENANT, "v_wei"), wei(known));
  });

  test("a record that comes again does not take back what a later one said", async (t) => {
    const { store } = await factory(t);
    await learn(store, 0, wei({ url: "https://a.example/1" }));
    await learn(store, 1, wei({ url: "https://a.example/2" }));
    await learn(store, 0, wei({ url: "https://a.example/1" }));
    assert.equal((await store.visitor(TENANT, "v_wei"))?.url, "https://a.example/2");
  });

  test("nothing is known of a visitor nobody told of, nor of another tenant's", async (t) => {
    const { store } = await factory(t);
    await learn(store, 0, wei({ name: "Wei" }));
    assert.equal(await store.visitor(TENANT, "v_lin"), undefined);
    assert.equal(await store.visitor("other", "v_wei"), undefined);
  });
};
