import assert from "node:assert/strict";
import { test } from "node:test";
import { compiled } from "./check.js";
import { EVENTS, type EventName } from "./events.js";

const visitor = { id: "v", name: "Wei", attributes: { plan: "gold" }, url: "https://a.example/", title: "A", since: 17 };
const from = { id: "v", role: "visitor", name: "Wei" };

/** PROTOCOL §7, by hand: an event with all its fields, and the ones it may come without. */
const SAID: Readonly<Record<EventName, { readonly whole: Readonly<Record<string, unknown>>; readonly optional?: readonly string[] }>> = {
  message: { whole: { c: "c", pos: [1, 2], ts: 17, mid: "m", from, kind: "text", body: { text: "hi" } } },
  skip: { whole: { c: "c", pos: [1, 2] } },
  gap: { whole: { c: "c", after: [1, 2], head: [2, 1] } },
  mark: { whole: { c: "c", user: "v", got: [1, 2], read: [1, 1] }, optional: ["got", "read"] },
  typing: { whole: { c: "c", user: "v", text: "I…" }, optional: ["text"] },
  presence: { whole: { c: "c", user: "v", online: false } },
  queue: { whole: { c: "c", position: 3, eta_ms: 42_000 } },
  visit: { whole: { c: "c", user: "v", url: "https://a.example/", title: "A" }, optional: ["title"] },
  offer: { whole: { c: "c", offer: "o", expires_ms: 20_000, visitor, ask: { topic: "sales" }, waited_ms: 1200 } },
  offer_end: { whole: { c: "c", offer: "o", reason: "timeout" } },
  assigned: { whole: { c: "c", reason: "accepted", version: 4 } },
  released: { whole: { c: "c", reason: "transferred", version: 5 } },
  status: { whole: { status: "away", reason: "missed_offer" } },
  queue_changed: { whole: {} },
  goaway: { whole: { reason: "drain", reconnect_in_ms: 1830 } },
};

test("the protocol's events are all there, and no others", () => {
  assert.deepEqual(new Set(Object.keys(EVENTS)), new Set(Object.keys(SAID)));
});

for (const [ev, { whole, optional = [] }] of Object.entries(SAID)) {
  const check = compiled(EVENTS[ev as EventName]);
  const required = ["ev", ...Object.keys(whole)].filter((field) => !optional.includes(field));

  test(`${ev} is an event with all its fields, without those it may come without, and with fields nobody knows`, () => {
    assert.equal(check.fault({ ev, ...whole }), undefined);
    assert.equal(check.fault({ ev, ...whole, unheard_of: 1 }), undefined);
    for (const field of optional) assert.equal(check.fault({ ev, ...whole, [field]: undefined }), undefined, field);
  });

  test(`${ev} is none without a field that belongs to it, and the fault names it`, () => {
    for (const field of required) {
      const { [field]: _gone, ...rest } = { ev, ...whole } as Record<string, unknown>;
      assert.equal(check.fault(rest), `${field} is missing`);
    }
  });

  test(`${ev} is not another event, and its fields have their types`, () => {
    assert.match(check.fault({ ...whole, ev: "other" }) ?? "", /^ev /);
    for (const field of Object.keys(whole))
      assert.match(check.fault({ ev, ...whole, [field]: null }) ?? "", new RegExp(`^${field} `), field);
  });
}

test("every role, and every reason an offer or a gateway ends for, is one the schema knows", () => {
  const [message, end, goaway] = [compiled(EVENTS.message), compiled(EVENTS.offer_end), compiled(EVENTS.goaway)];
  for (const role of ["visitor", "agent", "supervisor", "bot", "system"])
    assert.equal(message.fault({ ev: "message", ...SAID.message.whole, from: { ...from, role } }), undefined, role);
  for (const reason of ["accepted", "declined", "timeout", "rescinded"])
    assert.equal(end.fault({ ev: "offer_end", ...SAID.offer_end.whole, reason }), undefined, reason);
  for (const reason of ["drain", "rebalance"]) assert.equal(goaway.fault({ ev: "goaway", reason, reconnect_in_ms: 0 }), undefined, reason);
});
