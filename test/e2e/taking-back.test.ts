import assert from "node:assert/strict";
import { test } from "node:test";
import { device, launchChromium } from "../support/browser.js";
import { emptyFolder } from "../support/folder.js";
import { freePort } from "../support/free-port.js";
import { HouseProcess } from "../support/house-process.js";
import { AgentPage, VisitorPage } from "./pages.js";

const WITHDRAWN = "This message was withdrawn.";

test("a visitor and an agent take a message back: it is withdrawn for both, after a reload too", async (t) => {
  const [port, demo] = [await freePort(), await freePort()];
  const env = { DESKWIRE_PORT: String(port), DESKWIRE_DEMO_PORT: String(demo) };
  const house = await HouseProcess.start({ data: emptyFolder(t), env });
  t.after(() => house.kill());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const visitor = await VisitorPage.visit(await device(browser), `http://127.0.0.1:${demo}`);
  const agent = await AgentPage.visit(await device(browser), house.url);
  await agent.signIn("ada");
  await agent.goOnline();

  await visitor.openChat();
  await visitor.write("My card is 4111");
  await agent.accept();
  await agent.sees("My card is 4111");
  await visitor.page.getByRole("button", { name: "Take back" }).click();
  await visitor.sees(WITHDRAWN);
  await agent.sees(WITHDRAWN);
  assert.equal(await agent.page.getByText("My card is 4111").count(), 0);

  await agent.write("Wrong window");
  await visitor.sees("Wrong window");
  await agent.page.getByRole("button", { name: "Take back" }).click();
  await visitor.page.getByRole("log").getByText(WITHDRAWN).nth(1).waitFor();
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.page.getByRole("log").getByText(WITHDRAWN).nth(1).waitFor();
  assert.equal(await visitor.page.getByText("Wrong window").count(), 0);
});
