import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A site that publishes its keys, and counts who asks. */
export interface KeyServer {
  readonly url: string;
  asked: number;
  /** What it does with the next requests. */
  answer: (response: ServerResponse) => void;
  /** Shows these keys from now on. */
  publish(...keys: readonly object[]): void;
}

export async function keyServer(t: TestContext, ...keys: readonly object[]): Promise<KeyServer> {
  const server = createServer((_, response) => {
    site.asked += 1;
    site.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const site: KeyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    asked: 0,
    answer: () => undefined,
    publish: (...set) => {
      site.answer = (response) => void response.end(JSON.stringify({ keys: set }));
    },
  };
  site.publish(...keys);
  return site;
}
