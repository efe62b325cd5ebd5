import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member, Shown } from "@deskwire/client";
import { saidOf } from "./said.js";

const vera = { id: "v1", role: "visitor", name: "Vera" } as const;
const ada = { id: "ada", role: "agent", name: "Ada", online: true } as const;

const written = (fields: Partial<Shown> = {}): Shown => ({
  ...{ key: "v1/m", mid: "m", from: vera, mine: true, kind: "text", body: { text: "hello" }, ts: 1, pos: [2, 5], status: "sent" },
  ...{ recalled: false, ...fields },
});
const delivery = (message: Shown, ...others: Member[]) => saidOf(message, others).delivery;

test("an own message is sent only when it is durable, however many have seen it", () => {
  assert.equal(delivery(written({ status: "shown" }), { ...ada, read: [2, 9] }), "sending");
  assert.equal(delivery(written({ status: "failed" })), "failed");
  assert.equal(delivery(written()), "sent");
});

test("it is delivered and read as far as the marks of any other reach", () => {
  assert.equal(delivery(written(), { ...ada, got: [2, 4], read: [1, 900] }), "sent");
  assert.equal(delivery(written(), { ...ada, got: [2, 5], read: [2, 4] }), "got");
  assert.equal(delivery(written(), ada, { ...ada, id: "lin", read: [2, 5] }), "read");
});

test("what somebody else wrote has no delivery", () => {
  assert.equal("delivery" in saidOf(written({ mine: false }), [{ ...ada, read: [2, 9] }]), false);
});
