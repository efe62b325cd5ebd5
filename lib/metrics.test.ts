import assert from "node:assert/strict";
import { test } from "node:test";
import { LABEL_VALUES_MAX, Metrics } from "./metrics.js";

test("counters, gauges and histograms appear under the prefix", async () => {
  const metrics = new Metrics();
  metrics.counter("sends_total", "Sends.").inc(2);
  metrics.gauge("sockets", "Open sockets.").set(3);
  metrics.histogram("send_seconds", "Send to reply.").observe(0.003);
  const text = await metrics.text();
  assert.match(text, /^deskwire_sends_total 2$/m);
  assert.match(text, /^deskwire_sockets 3$/m);
  assert.match(text, /^deskwire_send_seconds_bucket\{le="0.0025"\} 0$/m);
  assert.match(text, /^deskwire_send_seconds_bucket\{le="0.005"\} 1$/m);
});

test("a label's value has one child, made once", async () => {
  const metrics = new Metrics();
  const errors = metrics.counterBy("errors_total", "Errors.", "code");
  errors("busy").inc();
  assert.equal(errors("busy"), errors("busy"));
  metrics.gaugeBy("lag", "Lag.", "partition")("3").set(7);
  metrics.histogramBy("op_seconds", "Ops.", "op")("send").observe(1);
  const text = await metrics.text();
  assert.match(text, /^deskwire_errors_total\{code="busy"\} 1$/m);
  assert.match(text, /^deskwire_lag\{partition="3"\} 7$/m);
  assert.match(text, /^deskwire_op_seconds_count\{op="send"\} 1$/m);
});

test("a label with too many values counts the rest as other", async () => {
  const metrics = new Metrics();
  const seen = metrics.counterBy("seen_total", "Seen.", "user");
  for (let i = 0; i < LABEL_VALUES_MAX + 5; i++) seen(`u${i}`).inc();
  const text = await metrics.text();
  assert.match(text, /^deskwire_seen_total\{user="other"\} 5$/m);
  assert.equal(text.match(/^deskwire_seen_total\{/gm)?.length, LABEL_VALUES_MAX + 1);
});

test("a gauge with a reader asks at the scrape", async () => {
  const metrics = new Metrics();
  let depth = 1;
  metrics.gauge("depth", "Depth.", () => depth);
  depth = 9;
  assert.match(await metrics.text(), /^deskwire_depth 9$/m);
});

test("the same name is the same metric, and two processes' worth of metrics do not meet", async () => {
  const metrics = new Metrics();
  metrics.counter("a_total", "A.").inc();
  metrics.counter("a_total", "A.").inc();
  assert.match(await metrics.text(), /^deskwire_a_total 2$/m);
  assert.doesNotMatch(await new Metrics().text(), /a_total/);
});

test("the process' own figures come when asked for", async () => {
  const metrics = new Metrics();
  metrics.collectDefaults();
  assert.match(await metrics.text(), /^nodejs_eventloop_lag_seconds /m);
});
