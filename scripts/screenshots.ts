import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { AgentPage, VisitorPage } from "../test/e2e/pages.js";
import { device, type Look, launchChromium } from "../test/support/browser.js";
import { freePort } from "../test/support/free-port.js";
import { HouseProcess } from "../test/support/house-process.js";
import { helpOn } from "./command.js";

const HELP = `
npm run screenshots

Starts a server on an empty folder, lets two visitors and an agent talk in a real Chromium, and writes the pictures of README.md
to docs/img. Needs Chromium in PATH and the pages built (npm run build).

  --help   this text
`;

const FOLDER = "docs/img";

helpOn(process.argv, HELP);
mkdirSync(FOLDER, { recursive: true });
const data = mkdtempSync(join(tmpdir(), "deskwire-screenshots-"));
const demo = await freePort();
const house = await HouseProcess.start({ data, env: { DESKWIRE_DEMO_PORT: String(demo) } });
const browser = await launchChromium();
try {
  await take(browser, `http://127.0.0.1:${demo}`, house.url);
} finally {
  await browser.close();
  await house.stop();
  rmSync(data, { recursive: true, force: true });
}

async function take(chromium: Browser, site: string, gateway: string): Promise<void> {
  const visitorAt = async (look: Look = {}): Promise<VisitorPage> => VisitorPage.visit(await device(chromium, look), site);
  const agent = await AgentPage.visit(await device(chromium), gateway);
  await agent.signIn("ada");
  await agent.goOnline();

  const vera = await visitorAt();
  await vera.openChat();
  await vera.write("Hello! My parcel with the two tins of tea was to arrive on Monday. Where is it?");
  await agent.page.getByRole("button", { name: "Accept" }).waitFor();
  await shot(agent.page, "offer");
  await agent.accept();
  await agent.write("Good morning! I am looking it up for you.");
  await agent.write("It left our house today; you can follow it at https://example.org/track/4711.");
  await vera.sees("Good morning! I am looking it up for you.");
  await vera.write("Wonderful, thank you!");
  await agent.sees("Wonderful, thank you!");
  await vera.seesSafe("Wonderful, thank you!");
  await shot(vera.page, "widget");
  await shot(agent.page, "console");
  await together(chromium, ["widget", "console"], "chat");

  const phone = await visitorAt({ width: 390, height: 844, phone: true, language: "zh-CN", dark: true });
  await phone.page.getByRole("button", { name: /^在线咨询|^联系/ }).click();
  await phone.page.getByRole("textbox").fill("你好，请问可以开发票吗？");
  await phone.page.keyboard.press("Enter");
  await agent.page.getByRole("button", { name: "Accept" }).waitFor();
  await agent.accept();
  await agent.write("可以的，请告诉我抬头和税号。");
  await phone.sees("可以的，请告诉我抬头和税号。");
  await shot(phone.page, "phone-dark-zh-CN");

  const night = await AgentPage.visit(await device(chromium, { dark: true, language: "zh-CN" }), gateway);
  await night.page.getByRole("textbox").nth(1).fill("ada");
  await night.page.locator("input[type=password]").fill("demo");
  await night.page.locator("form button[type=submit]").click();
  await night.page.getByRole("listitem").first().getByRole("link").click();
  await night.page.getByRole("log").waitFor();
  await shot(night.page, "console-dark-zh-CN");
}

async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  console.log(`${FOLDER}/${name}.png`);
}

/** Several pictures beside each other in one. */
async function together(chromium: Browser, names: readonly string[], name: string): Promise<void> {
  const page = await chromium.newPage({ viewport: { width: 2_620, height: 840 } });
  const images = names.map((each) => `<img src="data:image/png;base64,${readFileSync(`${FOLDER}/${each}.png`).toString("base64")}">`);
  await page.setContent(
    `<body style="display:flex;align-items:flex-start;gap:20px;margin:20px;background:#e7e9ee">${images.join("")}</body>`,
  );
  await shot(page, name);
  await page.close();
}
