import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DirectoryCache } from "../directory/cache.js";
import { makeDemo } from "../directory/demo.js";
import { serveDirectory } from "../directory/directory-grpc.js";
import { LmdbDirectory } from "../directory/directory-lmdb.js";
import { FolderFiles } from "../gateway/files-fs.js";
import { Gateway } from "../gateway/gateway.js";
import { Http } from "../gateway/http.js";
import { keptSeed, sessionKey } from "../gateway/keys.js";
import { answerPage } from "../gateway/page-answer.js";
import { type Page, readPages } from "../gateway/pages.js";
import { UwsServer } from "../gateway/server-uws.js";
import type { Clock } from "../lib/clock.js";
import type { Config } from "../lib/config.js";
import { DataLock } from "../lib/data-lock-fs.js";
import { randomId } from "../lib/ids.js";
import { Lifecycle } from "../lib/lifecycle.js";
import type { Logger } from "../lib/log.js";
import { Metrics } from "../lib/metrics.js";
import { OpsHttp } from "../lib/ops-http.js";
import type { Service } from "../lib/service.js";
import { HistoryClient, serveHistory } from "../persister/history-grpc.js";
import { Persister } from "../persister/persister.js";
import { openStore } from "../persister/store-lmdb.js";
import { StoredHistory } from "../persister/stored-history.js";
import { RouterClient } from "../router/client-grpc.js";
import { MemoryLease } from "../router/lease-memory.js";
import { LmdbLedger } from "../router/ledger-lmdb.js";
import { RouterNode } from "../router/node.js";
import { serveRouter } from "../router/router-grpc.js";
import { RULES } from "../router/state.js";
import { LmdbBroker } from "../timeline/broker-lmdb.js";
import { LmdbJournal } from "../timeline/journal-lmdb.js";
import { Timeline } from "../timeline/timeline.js";
import { DemoSite } from "./demo-site-http.js";
import { keepDemoAtHome } from "./loopback.js";

export interface House {
  readonly lifecycle: Lifecycle;
  readonly addresses: { readonly gateway: string; readonly ops: string; readonly demo?: string };
}

/** Between the rooms of this process gRPC is as real as between machines. */
const LOOPBACK = "127.0.0.1:0";
/** A unix socket's path may not be longer; the commands then need the server stopped. */
const SOCKET_PATH_MAX = 100;

/**
 * All of Deskwire in this process, over lmdb. Resolves when it serves.
 *
 * The order of this function is the order of the start, and its reverse the order of the stop: what is below stands on what is above.
 * Rejects with what keeps it from starting; nothing of it is left running then.
 */
export async function startHouse(config: Config, { clock, log }: { clock: Clock; log: Logger }): Promise<House> {
  const metrics = new Metrics();
  metrics.collectDefaults();
  const lifecycle = new Lifecycle({ clock, log, drain_ms: config.drainMs });
  const ops = new OpsHttp({ host: config.opsHost, port: config.opsPort, state: () => lifecycle.state, metrics });
  const lock = new DataLock(config.data);
  const at = (name: string): Promise<string> => subfolder(lock.folder, name);
  const built: { server?: UwsServer; demo?: DemoSite } = {};

  async function* services(): AsyncGenerator<Service> {
    yield ops;
    yield lock;

    const directoryRows = new LmdbDirectory({ path: await at("directory") });
    yield closing("directory-lmdb", directoryRows);
    const admin = join(lock.folder, "admin.sock");
    if (admin.length <= SOCKET_PATH_MAX) {
      await rm(admin, { force: true });
      yield serveDirectory(directoryRows, { address: `unix:${admin}`, clock, log });
    }
    const origins = config.demoPort === 0 ? [] : [`http://127.0.0.1:${config.demoPort}`, `http://localhost:${config.demoPort}`];
    const exposed = await makeDemo(
      { directory: directoryRows, now: clock.now, readFile: () => "" },
      { origins, password: config.adminPassword },
    );
    keepDemoAtHome(config.host, exposed);
    const directory = new DirectoryCache({ directory: directoryRows, clock, log });
    yield directory;

    const { batchRecords, batchBytes } = { batchRecords: config.journalBatchRecords, batchBytes: config.journalBatchBytes };
    const journal = new LmdbJournal({ path: await at("journal"), limits: { batchRecords, batchBytes }, clock, log });
    yield closing("journal-lmdb", journal);
    const store = openStore({ path: await at("store"), log });
    yield closing("store-lmdb", store);
    yield new Persister({ journal: journal, store: store, log, metrics });
    const stored = new StoredHistory({ store: store, partitions: journal.partitions, clock });
    const historyServer = serveHistory(stored, { address: LOOPBACK, clock, log });
    yield historyServer;
    const history = new HistoryClient({ address: `127.0.0.1:${historyServer.port}`, clock });
    yield closing("history-client", history);

    const limits = { entries: config.windowEntries, bytes: config.windowBytes, idle_ms: config.windowMs, unsettled: config.unsettledMax };
    const broker = new LmdbBroker({ path: join(lock.folder, "broker"), clock, log, limits });
    yield closing("broker-lmdb", broker);
    const shared = { broker: broker, journal: journal, past: history, clock, log, limits: { pending_ms: config.pendingMs } };
    const routerTimeline = new Timeline({ ...shared, node: randomId("r"), metrics });
    yield routerTimeline;

    const ledger = new LmdbLedger({ path: await at("ledger"), log });
    yield closing("ledger-lmdb", ledger);
    const router = new RouterNode({
      ...{ ledger: ledger, lease: new MemoryLease(() => routerTimeline.epoch), timeline: routerTimeline, history: history },
      ...{ directory, clock, log, metrics },
      rules: {
        ...{ ...RULES, grace_ms: config.agentGraceMs, remember_ms: config.statusRestoreMs, attributes_bytes: config.attributesBytes },
        ...{ offer_timeout_ms: config.offerTimeoutMs, reopen_window_ms: config.reopenWindowMs },
      },
    });
    yield router;
    const routerServer = serveRouter(router, { address: LOOPBACK, clock, log });
    yield routerServer;

    const node = randomId("g");
    const routerClient = new RouterClient({ address: `127.0.0.1:${routerServer.port}`, gateway: node, clock, log });
    const timeline = new Timeline({ ...shared, node, reviver: routerClient, metrics });
    const files = new FolderFiles({ folder: await at("files"), bytesMax: config.fileBytes });
    await files.open();
    const seeds = config.sessionKeys.length > 0 ? config.sessionKeys : [keptSeed(lock.folder)];
    const gateway = new Gateway({
      ...{ timeline, history: history, router: routerClient, directory, files, clock, log, metrics },
      ...{ keys: seeds.map(sessionKey), limits: config, tokens: config, agentLostMs: config.agentLostMs },
    });
    yield timeline;
    yield routerClient;
    const http = new Http(gateway.context);
    // Above the gateway: calls are answered for as long as a socket has its slot before it.
    yield http;
    yield gateway;

    const pages = gatewayPages(config.demoPort === 0 ? "" : urlOf("127.0.0.1", config.demoPort));
    const { host, port, payloadBytes, sendQueueBytes, idleMs, trustedProxies } = config;
    const server = new UwsServer({
      ...{ host, port, payloadBytes, sendQueueBytes, idleMs, trustedProxies, reception: gateway, log },
      answer: async (request) => answerPage(pages, request) ?? http.answer(request),
    });
    built.server = server;
    yield server;
    if (config.demoPort === 0) return;
    const gatewayUrl = urlOf(host, server.port);
    const shop = readPages(webFolder("demo"), "", { __GATEWAY__: gatewayUrl });
    built.demo = new DemoSite({ port: config.demoPort, pages: shop, gateway: gatewayUrl });
    yield built.demo;
  }

  await lifecycle.start(services());
  return {
    lifecycle,
    addresses: {
      gateway: urlOf(config.host, built.server?.port ?? 0),
      ops: urlOf(config.opsHost, ops.port),
      ...(built.demo && { demo: built.demo.url }),
    },
  };
}

/** What is open from the moment it is made, and has to be closed in its turn. */
function closing(name: string, thing: { close(): Promise<void> | void }): Service {
  return { name, start: async () => undefined, drain: async () => undefined, stop: async () => thing.close() };
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  return path;
}

/** `demo` is empty when there is no demo site: the first page then does not lead there. */
function gatewayPages(demo: string): ReadonlyMap<string, Page> {
  const shared = [...readPages(webFolder("."), "")].filter(([path]) => path === "/widget.js");
  return new Map([...readPages(webFolder("console"), "/console"), ...readPages(webFolder("landing"), "", { __DEMO__: demo }), ...shared]);
}

/** What `npm run build` made of a page, beside the compiled server or beside the sources. */
function webFolder(name: string): string {
  const beside = ["../web/dist", "../../web/dist"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return join(beside.find(existsSync) ?? (beside[0] as string), name);
}

function urlOf(host: string, port: number): string {
  const shown = host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
