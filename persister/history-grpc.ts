import type { Clock } from "../lib/clock.js";
import type { Logger } from "../lib/log.js";
import { GrpcClient, GrpcServer, loadService, unaries } from "../lib/rpc-grpc.js";
import type { Authority, Mark } from "../timeline/entry.js";
import type { Found, PastQuery } from "../timeline/past.js";
import type { Decision, VisitorRecord } from "../timeline/record.js";
import type { History, HistoryPage, PageQuery } from "./history.js";
import type { ConversationRow, ConversationsQuery } from "./store.js";
import {
  authorityFromWire,
  conversationFromWire,
  conversationToWire,
  entryFromWire,
  entryToWire,
  fromWire,
  markFromWire,
  markToWire,
  queryFromWire,
  queryToWire,
  toWire,
  type WireAuthority,
  type WireConversation,
  type WireConversationsQuery,
  type WireEntry,
  type WireMark,
  type WirePosition,
} from "./wire-grpc.js";

const definition = loadService("history", "HistoryService");
const DEADLINE_MS = 5_000;

interface WirePage {
  readonly rows: readonly { readonly pos: WirePosition; readonly entry: WireEntry | null }[];
  readonly more: boolean;
  readonly incomplete: readonly { readonly from: WirePosition; readonly to: WirePosition }[];
}

type WirePageQuery = Omit<PageQuery, "before" | "after"> & { readonly before: WirePosition | null; readonly after: WirePosition | null };

/** Serves a history at `address` (`host:port`, port 0 takes any free one). */
export function serveHistory(history: History, { address, clock, log }: { address: string; clock: Clock; log: Logger }): GrpcServer {
  const methods = unaries(
    {
      Find: async (query: PastQuery) => {
        const found = await history.find(query);
        return { found: found ? { ...found, pos: toWire(found.pos) } : null };
      },
      Page: async ({ before, after, ...query }: WirePageQuery) =>
        pageToWire(await history.page({ ...query, ...(before && { before: fromWire(before) }), ...(after && { after: fromWire(after) }) })),
      Before: async ({ tenant, c, epoch }: { tenant: string; c: string; epoch: number }) => ({
        authority: (await history.before(tenant, c, epoch)) ?? null,
      }),
      Conversation: async ({ tenant, c }: { tenant: string; c: string }) => {
        const row = await history.conversation(tenant, c);
        return { conversation: row ? conversationToWire(row) : null };
      },
      Conversations: async (query: WireConversationsQuery) => {
        const { rows, cursor } = await history.conversations(queryFromWire(query));
        return { conversations: rows.map(conversationToWire), ...(cursor === undefined ? {} : { cursor }) };
      },
      Marks: async ({ tenant, c }: { tenant: string; c: string }) => ({ marks: (await history.marks(tenant, c)).map(markToWire) }),
      Visitor: async ({ tenant, id }: { tenant: string; id: string }) => {
        const visitor = await history.visitor(tenant, id);
        return visitor ? { visitor_json: JSON.stringify(visitor) } : {};
      },
      Decisions: async ({ tenant, c, limit, upto }: { tenant: string; c: string; limit: number; upto: number }) => ({
        decisions_json: (await history.decisions(tenant, c, limit, upto)).map((decision) => JSON.stringify(decision)),
      }),
    },
    log,
  );
  return new GrpcServer({ name: "history", address, clock, services: [{ definition, methods }] });
}

/** History over gRPC. Every call is over within 5 s. */
export class HistoryClient implements History {
  readonly #client: GrpcClient;

  constructor({ address, clock }: { address: string; clock: Clock }) {
    this.#client = new GrpcClient({ address, definition, deadline_ms: DEADLINE_MS, clock });
  }

  close(): void {
    this.#client.close();
  }

  async find(query: PastQuery): Promise<Found | undefined> {
    const { found } = await this.#client.call<{ found: { pos: WirePosition; ts: number; hash: string } | null }>("Find", query);
    return found ? { ...found, pos: fromWire(found.pos) } : undefined;
  }

  async page({ before, after, ...query }: PageQuery): Promise<HistoryPage> {
    return pageFromWire(await this.#client.call<WirePage>("Page", { ...query, before: toWire(before), after: toWire(after) }));
  }

  async before(tenant: string, c: string, epoch: number): Promise<Authority | undefined> {
    const { authority } = await this.#client.call<{ authority: WireAuthority | null }>("Before", { tenant, c, epoch });
    return authority ? authorityFromWire(authority) : undefined;
  }

  async conversation(tenant: string, c: string): Promise<ConversationRow | undefined> {
    const { conversation } = await this.#client.call<{ conversation: WireConversation | null }>("Conversation", { tenant, c });
    return conversation ? conversationFromWire(conversation) : undefined;
  }

  async conversations(query: ConversationsQuery): Promise<{ readonly rows: readonly ConversationRow[]; readonly cursor?: string }> {
    const { conversations, cursor } = await this.#client.call<{ conversations: WireConversation[]; cursor?: string }>(
      "Conversations",
      queryToWire(query),
    );
    return { rows: conversations.map(conversationFromWire), ...(cursor === undefined ? {} : { cursor }) };
  }

  async marks(tenant: string, c: string): Promise<readonly Mark[]> {
    const { marks } = await this.#client.call<{ marks: WireMark[] }>("Marks", { tenant, c });
    return marks.map(markFromWire);
  }

  async visitor(tenant: string, id: string): Promise<VisitorRecord | undefined> {
    const { visitor_json } = await this.#client.call<{ visitor_json?: string }>("Visitor", { tenant, id });
    return visitor_json === undefined ? undefined : (JSON.parse(visitor_json) as VisitorRecord);
  }

  async decisions(tenant: string, c: string, limit: number, upto: number): Promise<readonly Decision[]> {
    const { decisions_json } = await this.#client.call<{ decisions_json: string[] }>("Decisions", { tenant, c, limit, upto });
    return decisions_json.map((json) => JSON.parse(json) as Decision);
  }
}

function pageToWire({ rows, more, incomplete }: HistoryPage): WirePage {
  return {
    rows: rows.map(({ pos, entry }) => ({ pos: toWire(pos), entry: entry ? entryToWire(entry) : null })),
    more,
    incomplete: incomplete.map(([from, to]) => ({ from: toWire(from), to: toWire(to) })),
  };
}

function pageFromWire({ rows, more, incomplete }: WirePage): HistoryPage {
  return {
    rows: rows.map(({ pos, entry }) => ({ pos: fromWire(pos), ...(entry && { entry: entryFromWire(entry) }) })),
    more,
    incomplete: incomplete.map(({ from, to }) => [fromWire(from), fromWire(to)] as const),
  };
}
