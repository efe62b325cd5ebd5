import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "../support/browser.js";
import { emptyFolder } from "../support/folder.js";
import { freePort } from "../support/free-port.js";
import { HouseProcess } from "../support/house-process.js";
import { TunnelProxy } from "../support/tunnels.js";
import { until } from "../support/until.js";
import { AgentPage, VisitorPage } from "./pages.js";

test("behind a proxy that lets no WebSocket through a visitor talks all the same, and goes over to it as soon as it passes", async (t) => {
  const [port, demo] = [await freePort(), await freePort()];
  const env = { DESKWIRE_PORT: String(port), DESKWIRE_DEMO_PORT: String(demo) };
  const house = await HouseProcess.start({ data: emptyFolder(t), env });
  t.after(() => house.kill());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const proxy = await TunnelProxy.start(t);
  const behind = await browser.newContext({ proxy: { server: proxy.address, bypass: "<-loopback>" } });
  const waiting = () => house.counter("deskwire_gateway_waiting");

  const agent = await AgentPage.visit(await browser.newContext(), house.url);
  await agent.signIn("ada");
  await agent.goOnline();
  const visitor = await VisitorPage.visit(behind, `http://127.0.0.1:${demo}`, { clock: true });
  await visitor.openChat();
  await visitor.write("Where is my parcel?");
  await agent.accept();
  await agent.sees("Where is my parcel?");
  await visitor.seesSafe("Where is my parcel?");
  await until("the visitor to wait over HTTP", async () => (await waiting()) === 1);
  await agent.write("On its way.");
  await visitor.sees("On its way.");
  assert.ok(proxy.asked >= 2, `${proxy.asked} upgrades were tried`);

  proxy.open = true;
  await visitor.page.clock.fastForward(61_000);
  await until("the visitor to wait no more", async () => (await waiting()) === 0, 15_000);
  await agent.write("It left today.");
  await visitor.sees("It left today.");
  await visitor.write("Thank you!");
  await agent.sees("Thank you!");
  await visitor.seesSafe("Thank you!");
  assert.equal(await visitor.page.getByRole("log").getByText("On its way.", { exact: true }).count(), 1);
});

test("an agent behind such a proxy is told that WebSocket is blocked", async (t) => {
  const house = await HouseProcess.start({ data: emptyFolder(t) });
  t.after(() => house.kill());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const proxy = await TunnelProxy.start(t);
  const agent = await AgentPage.visit(await browser.newContext({ proxy: { server: proxy.address, bypass: "<-loopback>" } }), house.url);
  await agent.signIn("ada");
  await agent.page.getByText("This network lets no WebSocket through.").waitFor();
  proxy.open = true;
  await agent.goOnline();
  await agent.page.getByText("This network lets no WebSocket through.").waitFor({ state: "detached" });
});
