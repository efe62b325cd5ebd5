import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../lib/clock.js";
import type { GrpcServer } from "../lib/rpc-grpc.js";
import { directoryContract } from "../test/contract/directory/index.js";
import type { DirectoryUnderTest } from "../test/contract/directory/suite.js";
import { openDirectory } from "../test/support/directories.js";
import { emptyFolder } from "../test/support/folder.js";
import { log } from "../test/support/log.js";
import { DirectoryClient, serveDirectory } from "./directory-grpc.js";
import type { LmdbDirectory } from "./directory-lmdb.js";

interface Served {
  readonly rows: LmdbDirectory;
  readonly server: GrpcServer;
  client(): DirectoryClient;
}

async function served(t: TestContext, path: string): Promise<Served> {
  const rows = openDirectory(t, path);
  const server = serveDirectory(rows, { address: "127.0.0.1:0", clock: systemClock, log });
  await server.start();
  t.after(() => server.stop());
  const client = (): DirectoryClient => {
    const made = new DirectoryClient({ address: `127.0.0.1:${server.port}`, clock: systemClock });
    t.after(() => made.close());
    return made;
  };
  return { rows, server, client };
}

async function factory(t: TestContext): Promise<DirectoryUnderTest> {
  const path = join(emptyFolder(t), "directory");
  const { rows, server, client } = await served(t, path);
  const close = (): Promise<void> => server.stop().then(() => rows.close());
  return { directory: client(), elsewhere: client(), close, reopen: () => close().then(async () => (await served(t, path)).client()) };
}

directoryContract({ test, factory });
