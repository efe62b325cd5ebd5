import type { BrowserContext, Page } from "playwright-core";

/** What a visitor does with the widget on the demo site, in its own words. */
export class VisitorPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** `clock`: the page's time can be moved on. */
  static async visit(context: BrowserContext, site: string, { clock = false } = {}): Promise<VisitorPage> {
    const page = await context.newPage();
    if (clock) await page.clock.install();
    await page.goto(site);
    return new VisitorPage(page);
  }

  async openChat(): Promise<void> {
    await this.page.getByRole("button", { name: /^Chat with us/ }).click();
  }

  async write(text: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "Write a message" }).fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** Resolves when the log shows it. */
  async sees(text: string): Promise<void> {
    await this.page.getByRole("log").getByText(text, { exact: true }).waitFor();
  }

  /** Resolves when a message of this visitor is shown as kept by the server. */
  async seesSafe(text: string): Promise<void> {
    const bubble = this.page.locator(".said.mine", { hasText: text });
    await bubble.getByText(/^(Sent|Delivered|Read)$/).waitFor();
  }
}

/** What an agent does in the console. */
export class AgentPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async visit(context: BrowserContext, gateway: string): Promise<AgentPage> {
    const page = await context.newPage();
    await page.goto(`${gateway}/console`);
    return new AgentPage(page);
  }

  async signIn(username: string, password = "demo"): Promise<void> {
    await this.page.getByLabel("User name").fill(username);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  async goOnline(): Promise<void> {
    await this.page.getByRole("combobox", { name: "Status" }).selectOption("online");
  }

  /** Takes the first offer; the conversation is then open here. */
  async accept(): Promise<void> {
    const before = this.page.url();
    await this.page.getByRole("button", { name: "Accept" }).first().click();
    await this.page.waitForURL(({ href }) => href !== before);
  }

  async write(text: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "Write a message" }).fill(text);
    await this.page.keyboard.press("Enter");
  }

  async sees(text: string): Promise<void> {
    await this.page.getByRole("log").getByText(text, { exact: true }).waitFor();
  }
}
