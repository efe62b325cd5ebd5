import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, device, launchChromium } from "../support/browser.js";
import { emptyFolder } from "../support/folder.js";
import { freePort } from "../support/free-port.js";
import { HouseProcess } from "../support/house-process.js";
import { AgentPage, VisitorPage } from "./pages.js";

test("a visitor of another site and an agent talk, and both find it again after a reload and after a kill -9 of the server", async (t) => {
  const [port, ops, demo] = [await freePort(), await freePort(), await freePort()];
  const options = {
    data: emptyFolder(t),
    env: { DESKWIRE_PORT: String(port), DESKWIRE_OPS_PORT: String(ops), DESKWIRE_DEMO_PORT: String(demo) },
  };
  let house = await HouseProcess.start(options);
  t.after(() => house.kill());
  const browser = await launchChromium();
  t.after(() => browser.close());

  const visitor = await VisitorPage.visit(await device(browser), `http://127.0.0.1:${demo}`);
  const agent = await AgentPage.visit(await device(browser), house.url);
  const faults = [...[visitor, agent].map(({ page }) => complaints(page))];

  await agent.signIn("ada");
  await agent.goOnline();
  await visitor.openChat();
  await visitor.write("Where is my parcel? <img src=x onerror=alert(1)>");
  await agent.accept();
  await agent.sees("Where is my parcel? <img src=x onerror=alert(1)>");
  await agent.write("It leaves today; see https://example.org/track.");
  await visitor.page.getByRole("log").getByRole("link", { name: "https://example.org/track" }).waitFor();
  await visitor.write("Thank you!");
  await agent.sees("Thank you!");
  await visitor.seesSafe("Thank you!");
  assert.deepEqual(faults.flat(), []);

  await Promise.all([visitor.page.reload(), agent.page.reload()]);
  await visitor.openChat();
  await visitor.sees("Thank you!");
  await agent.sees("Thank you!");

  await house.kill();
  await visitor.write("Are you still there?");
  house = await HouseProcess.start(options);
  await agent.sees("Are you still there?");
  await visitor.seesSafe("Are you still there?");
  await agent.write("Here I am.");
  await visitor.sees("Here I am.");

  await visitor.page.reload();
  await visitor.openChat();
  await visitor.sees("Where is my parcel? <img src=x onerror=alert(1)>");
  await visitor.sees("Here I am.");
  assert.equal((await visitor.page.locator("img[src='x']").count()) + (await agent.page.locator("img[src='x']").count()), 0);
});
