import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "../../scripts/chromium.js";

/** Nothing but the pages under test: no sandbox (tests run as root), no look-ups of the browser's own. */
const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** As long as a page may take to show something, on a machine that does other work too. */
const PATIENCE_MS = 20_000;

export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("There is no Chromium in PATH; npm test installs it as root, or says how.");
  return chromium.launch({ executablePath, args: FLAGS });
}

export type Look = Partial<{ width: number; height: number; language: string; dark: boolean; phone: boolean }>;

/** A browser profile of its own: what one visitor or agent has on one device. */
export async function device(browser: Browser, look: Look = {}): Promise<BrowserContext> {
  const { width = 1280, height = 800, language = "en", dark = false, phone = false } = look;
  const context = await browser.newContext({
    ...{ viewport: { width, height }, locale: language, colorScheme: dark ? "dark" : "light" },
    ...{ isMobile: phone, hasTouch: phone, deviceScaleFactor: phone ? 2 : 1 },
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
}

/** What the page complained about: errors nobody caught, and lines on the console. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("console", (line) => {
    if (line.type() === "error") heard.push(line.text());
  });
  return heard;
}
