import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import type { LifecycleState } from "./lifecycle.js";
import { Metrics } from "./metrics.js";
import { OpsHttp } from "./ops-http.js";

async function opened(t: TestContext): Promise<{ url: string; ops: OpsHttp; metrics: Metrics; be: (state: LifecycleState) => void }> {
  const metrics = new Metrics();
  let state: LifecycleState = "starting";
  const ops = new OpsHttp({ host: "127.0.0.1", port: 0, state: () => state, metrics });
  await ops.start();
  t.after(() => ops.stop());
  const be = (next: LifecycleState): void => {
    state = next;
  };
  return { url: `http://127.0.0.1:${ops.port}`, ops, metrics, be };
}

test("it is healthy whatever it does, and ready only when it may receive new connections", async (t) => {
  const { url, be } = await opened(t);
  const seen: unknown[] = [];
  for (const state of ["starting", "ready", "draining", "stopped"] as const) {
    be(state);
    const [health, ready] = await Promise.all([fetch(`${url}/healthz`), fetch(`${url}/readyz`)]);
    seen.push([health.status, ready.status, (await ready.text()).trim()]);
  }
  assert.deepEqual(seen, [
    [200, 503, "starting"],
    [200, 200, "ready"],
    [200, 503, "draining"],
    [200, 503, "stopped"],
  ]);
});

test("metrics are served in Prometheus' text format", async (t) => {
  const { url, metrics } = await opened(t);
  metrics.counter("sends_total", "Sends.").inc(3);
  const response = await fetch(`${url}/metrics`);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(await response.text(), /^deskwire_sends_total 3$/m);
});

test("another path is 404 and another method 405", async (t) => {
  const { url } = await opened(t);
  assert.equal((await fetch(`${url}/`)).status, 404);
  assert.equal((await fetch(`${url}/healthz`, { method: "POST" })).status, 405);
});

test("a port in use rejects the start", async (t) => {
  const { ops, metrics } = await opened(t);
  const second = new OpsHttp({ host: "127.0.0.1", port: ops.port, state: () => "ready", metrics });
  await assert.rejects(second.start(), { code: "EADDRINUSE" });
});

test("after a stop the port is free again, even with a request half sent", async (t) => {
  const { url, ops } = await opened(t);
  const half = connect(ops.port, "127.0.0.1");
  t.after(() => half.destroy());
  // The server may reset it, which is what it is here for.
  half.on("error", () => undefined);
  half.write("GET /healthz HTTP/1.1\r\n");
  await fetch(`${url}/healthz`);
  await ops.stop();
  await ops.stop();
  await assert.rejects(fetch(`${url}/healthz`));
});
