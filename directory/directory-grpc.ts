import type { Clock } from "../lib/clock.js";
import type { Logger } from "../lib/log.js";
import { GrpcClient, GrpcServer, loadService, unaries } from "../lib/rpc-grpc.js";
import type { Directory, Row, RowKind, RowValues } from "./directory.js";

const definition = loadService("directory", "DirectoryService");
const DEADLINE_MS = 5_000;

interface WireRow {
  readonly id: string;
  readonly version: number;
  readonly value_json: string;
}

interface WireKey {
  readonly kind: RowKind;
  readonly tenant: string;
  readonly id: string;
}

/** Serves a directory at `address`: `host:port`, or `unix:path` for the commands on this machine. */
export function serveDirectory(directory: Directory, { address, clock, log }: { address: string; clock: Clock; log: Logger }): GrpcServer {
  const methods = unaries(
    {
      GetRow: async ({ kind, tenant, id }: WireKey) => {
        const row = await directory.get(kind, tenant, id);
        return { row: row ? toWire(row) : null };
      },
      ListRows: async ({ kind, tenant }: WireKey) => ({ rows: (await directory.list(kind, tenant)).map(toWire) }),
      PutRow: async ({ kind, tenant, id, value_json, expect }: WireKey & { value_json: string; expect: number }) => ({
        version: await directory.put(kind, tenant, id, JSON.parse(value_json), expect),
      }),
      RemoveRow: async ({ kind, tenant, id, expect }: WireKey & { expect: number }) => {
        await directory.remove(kind, tenant, id, expect);
        return {};
      },
      GetRevision: async () => ({ revision: await directory.revision() }),
    },
    log,
  );
  return new GrpcServer({ name: "directory", address, clock, services: [{ definition, methods }] });
}

/** The directory over gRPC. Every call is over within 5 s. */
export class DirectoryClient implements Directory {
  readonly #client: GrpcClient;

  constructor({ address, clock }: { address: string; clock: Clock }) {
    this.#client = new GrpcClient({ address, definition, deadline_ms: DEADLINE_MS, clock });
  }

  close(): void {
    this.#client.close();
  }

  async get<K extends RowKind>(kind: K, tenant: string, id: string): Promise<Row<RowValues[K]> | undefined> {
    const { row } = await this.#client.call<{ row: WireRow | null }>("GetRow", { kind, tenant, id });
    return row ? fromWire<K>(row) : undefined;
  }

  async list<K extends RowKind>(kind: K, tenant: string): Promise<readonly Row<RowValues[K]>[]> {
    const { rows } = await this.#client.call<{ rows: WireRow[] }>("ListRows", { kind, tenant });
    return rows.map((row) => fromWire<K>(row));
  }

  async put<K extends RowKind>(kind: K, tenant: string, id: string, value: RowValues[K], expect: number): Promise<number> {
    const { version } = await this.#client.call<{ version: number }>("PutRow", {
      kind,
      tenant,
      id,
      value_json: JSON.stringify(value),
      expect,
    });
    return version;
  }

  async remove(kind: RowKind, tenant: string, id: string, expect: number): Promise<void> {
    await this.#client.call<object>("RemoveRow", { kind, tenant, id, expect });
  }

  async revision(): Promise<number> {
    return (await this.#client.call<{ revision: number }>("GetRevision", {})).revision;
  }
}

function toWire({ id, version, value }: Row<unknown>): WireRow {
  return { id, version, value_json: JSON.stringify(value) };
}

function fromWire<K extends RowKind>({ id, version, value_json }: WireRow): Row<RowValues[K]> {
  return { id, version, value: JSON.parse(value_json) as RowValues[K] };
}
