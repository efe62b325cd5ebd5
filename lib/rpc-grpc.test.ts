import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ERRORS, type ErrorCode } from "../proto/codes.js";
import { emptyFolder } from "../test/support/folder.js";
import { Gate } from "../test/support/gate.js";
import { refusal } from "../test/support/refusal.js";
import { systemClock } from "./clock.js";
import { DeskError } from "./errors.js";
import { createLogger } from "./log.js";
import { GrpcClient, GrpcServer, loadService, type Unary, unaries } from "./rpc-grpc.js";

const DIRECTORY = loadService("directory", "DirectoryService");

interface Wire {
  readonly server: GrpcServer;
  readonly client: GrpcClient;
  readonly logged: Record<string, unknown>[];
}

/** One real server on loopback whose `GetRevision` does this. */
async function wire(t: TestContext, revision: Unary, { address = "127.0.0.1:0", deadline_ms = 5_000 } = {}): Promise<Wire> {
  const logged: Record<string, unknown>[] = [];
  const log = createLogger({
    level: "info",
    name: "test",
    to: { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const methods = unaries({ GetRevision: revision }, log);
  const server = new GrpcServer({ name: "test", address, services: [{ definition: DIRECTORY, methods }], clock: systemClock });
  await server.start();
  const reached = address.startsWith("unix:") ? address : `127.0.0.1:${server.port}`;
  const client = new GrpcClient({ address: reached, definition: DIRECTORY, deadline_ms, clock: systemClock });
  t.after(async () => {
    client.close();
    await server.stop();
  });
  return { server, client, logged };
}

test("a result comes through, with positions and times as numbers", async (t) => {
  const { client } = await wire(t, async () => ({ revision: Number.MAX_SAFE_INTEGER }));
  assert.deepEqual(await client.call("GetRevision", {}), { revision: Number.MAX_SAFE_INTEGER });
});

test("every refusal survives the way: its code, its text and the time to wait", async (t) => {
  let next: DeskError | undefined;
  const { client, logged } = await wire(t, () => Promise.reject(next));
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    for (const after of [undefined, 0, 750]) {
      next = new DeskError(code, `Grüße: ${code}`, after);
      await assert.rejects(client.call("GetRevision", {}), { name: "DeskError", code, message: `Grüße: ${code}`, retry_after_ms: after });
    }
  }
  assert.deepEqual(logged, []);
});

test("a fault of the server is unavailable to its caller, who learns nothing of it, and stands in the server's log", async (t) => {
  const { client, logged } = await wire(t, () => Promise.reject(new TypeError("a secret")));
  await assert.rejects(client.call("GetRevision", {}), (error) => refusal("unavailable")(error) && !/secret/.test(String(error)));
  assert.match(JSON.stringify(logged), /a secret/);
});

test("a server that answers too late, or is not there, is unavailable", async (t) => {
  const gate = new Gate();
  const { server, client } = await wire(t, () => gate.opened.then(() => ({})), { deadline_ms: 50 });
  await assert.rejects(client.call("GetRevision", {}), refusal("unavailable"));
  gate.open();
  await server.stop();
  await assert.rejects(client.call("GetRevision", {}), refusal("unavailable"));
});

test("a draining server finishes the call it has, and takes no other", async (t) => {
  const [taken, gate] = [new Gate(), new Gate()];
  const { server, client } = await wire(t, async () => {
    taken.open();
    await gate.opened;
    return { revision: 7 };
  });
  const first = client.call("GetRevision", {});
  await taken.opened;
  const drained = server.drain(5_000);
  gate.open();
  assert.deepEqual(await first, { revision: 7 });
  await drained;
  await assert.rejects(client.call("GetRevision", {}), refusal("unavailable"));
});

test("a drain cuts what is still open at its deadline", async (t) => {
  const taken = new Gate();
  const { server, client } = await wire(
    t,
    () => {
      taken.open();
      return new Promise(() => undefined);
    },
    { deadline_ms: 60_000 },
  );
  const cut = assert.rejects(client.call("GetRevision", {}), refusal("unavailable"));
  await taken.opened;
  const since_ms = performance.now();
  await server.drain(50);
  await cut;
  // Left alone, the call would be cut by the channel's keepalive after 10 s.
  assert.ok(performance.now() - since_ms < 5_000);
});

test("a unix socket serves as a port does", async (t) => {
  const { client, server } = await wire(t, async () => ({ revision: 3 }), { address: `unix:${emptyFolder(t)}/admin.sock` });
  assert.deepEqual([await client.call("GetRevision", {}), server.port], [{ revision: 3 }, 0]);
});

test("an address that cannot be listened on rejects the start", async (t) => {
  const { server } = await wire(t, async () => ({}));
  const second = new GrpcServer({ name: "second", address: `127.0.0.1:${server.port}`, services: [], clock: systemClock });
  await assert.rejects(second.start());
});

test("a service or method that is not in the definitions is a bug, said at once", async (t) => {
  const { client } = await wire(t, async () => ({}));
  assert.throws(() => loadService("directory", "Nothing"), /no service Nothing/);
  assert.throws(() => void client.call("Nothing", {}), /no method Nothing/);
});
