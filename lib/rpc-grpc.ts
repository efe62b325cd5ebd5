import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type ChannelOptions,
  Client,
  credentials,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  type StatusObject,
  status,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ERRORS, type ErrorCode } from "../proto/codes.js";
import type { Clock } from "./clock.js";
import { DeskError } from "./errors.js";
import type { Logger } from "./log.js";
import type { Service } from "./service.js";

/**
 * gRPC between the rooms: the services of `proto/deskwire/v1/*.proto`, with DeskErrors that survive the way.
 *
 * A refusal travels as a status with its code in the trailer `deskwire-code` (and `deskwire-retry-after-ms`). Whatever else goes wrong,
 * a lost connection, a passed deadline or a fault of the server, is `unavailable` for the caller; a fault is logged where it happened.
 */

/** The folder above `deskwire/v1`: beside the sources, also when this runs from the built copy one folder deeper. */
const PROTO_ROOT = ["../proto", "../../proto"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(`${path}/deskwire/v1`));

/** 64-bit fields are numbers: positions and times are safe integers. Names stay as the .proto file writes them. */
const LOADER = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };

/** Back within seconds of a restarted peer, and a dead one is found although nothing is under way. */
export const CHANNEL: ChannelOptions = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 2000,
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 3000,
};

/** A service as it stands in `proto/deskwire/v1/<file>.proto`, for a server or a client. */
export function loadService(file: string, service: string): ServiceDefinition {
  if (PROTO_ROOT === undefined) throw new Error("The folder proto/deskwire/v1 is missing beside the program.");
  const loaded = loadSync(`deskwire/v1/${file}.proto`, { ...LOADER, includeDirs: [PROTO_ROOT] })[`deskwire.v1.${service}`];
  if (loaded === undefined || "format" in loaded) throw new Error(`proto/deskwire/v1/${file}.proto has no service ${service}.`);
  return loaded as ServiceDefinition;
}

const STATUS: Readonly<Record<ErrorCode, status>> = {
  bad_request: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  not_assigned: status.FAILED_PRECONDITION,
  closed: status.FAILED_PRECONDITION,
  conflict: status.ABORTED,
  too_large: status.OUT_OF_RANGE,
  unsupported: status.UNIMPLEMENTED,
  rate_limited: status.RESOURCE_EXHAUSTED,
  too_many_in_flight: status.RESOURCE_EXHAUSTED,
  busy: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  pending: status.UNAVAILABLE,
};

/** What a server answers instead of a result. A fault (anything but a DeskError) is logged and told to nobody. */
export function toStatus(error: unknown, log: Logger): Partial<StatusObject> {
  if (!(error instanceof DeskError)) {
    log.error({ err: error }, "a call failed");
    return { code: status.INTERNAL, details: "internal error" };
  }
  const metadata = new Metadata();
  metadata.set("deskwire-code", error.code);
  if (error.retry_after_ms !== undefined) metadata.set("deskwire-retry-after-ms", String(error.retry_after_ms));
  return { code: STATUS[error.code], details: error.message, metadata };
}

/** The refusal behind a failed call, or `unavailable`. */
export function fromStatus(error: Partial<ServiceError>): DeskError {
  const code = error.metadata?.get("deskwire-code")[0];
  if (typeof code !== "string" || !Object.hasOwn(ERRORS, code)) return new DeskError("unavailable", error.details ?? error.message);
  const after = Number(error.metadata?.get("deskwire-retry-after-ms")[0]);
  return new DeskError(code as ErrorCode, error.details, Number.isFinite(after) ? after : undefined);
}

/** One method of a server: a request in, a result or a DeskError out. */
export type Unary = (request: never) => Promise<object>;

export function unary(method: Unary, log: Logger): UntypedHandleCall {
  const handle: handleUnaryCall<never, object> = (call, answer) => {
    method(call.request).then(
      (result) => answer(null, result),
      (error: unknown) => answer(toStatus(error, log)),
    );
  };
  return handle as UntypedHandleCall;
}

/** The handlers of a service whose methods are all unary, by method name. */
export function unaries(methods: Readonly<Record<string, Unary>>, log: Logger): UntypedServiceImplementation {
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, unary(method, log)]));
}

export interface GrpcServerOptions {
  readonly name: string;
  /** `host:port` (port 0 takes any free one) or `unix:path`. */
  readonly address: string;
  readonly services: readonly { readonly definition: ServiceDefinition; readonly methods: UntypedServiceImplementation }[];
  readonly clock: Clock;
}

/** Serves while started. Draining lets calls under way finish and takes no others; what is still open at its deadline is cut. */
export class GrpcServer implements Service {
  readonly name: string;
  readonly #options: GrpcServerOptions;
  #server: Server | undefined;
  #port = 0;

  constructor(options: GrpcServerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** The port it listens on; 0 while it does not, or on a unix socket. */
  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    if (this.#server) return;
    const server = new Server(CHANNEL);
    for (const { definition, methods } of this.#options.services) server.addService(definition, methods);
    const bound = await bind(server, this.#options.address);
    this.#server = server;
    this.#port = this.#options.address.startsWith("unix:") ? 0 : bound;
  }

  async drain(deadline_ms: number): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const timer = this.#options.clock.after(deadline_ms, () => server.forceShutdown());
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    timer.cancel();
  }

  async stop(): Promise<void> {
    this.#server?.forceShutdown();
    this.#server = undefined;
    this.#port = 0;
  }
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
  });
}

export interface GrpcClientOptions {
  /** `host:port` or `unix:path`. */
  readonly address: string;
  readonly definition: ServiceDefinition;
  /** Every call is over after this time. */
  readonly deadline_ms: number;
  readonly clock: Clock;
}

/** Unary calls to one service. Rejects with the server's refusal, or `unavailable`. */
export class GrpcClient {
  readonly #client: Client;
  readonly #options: GrpcClientOptions;

  constructor(options: GrpcClientOptions) {
    this.#options = options;
    this.#client = new Client(options.address, credentials.createInsecure(), CHANNEL);
  }

  call<Result>(name: string, request: object): Promise<Result> {
    const method = this.#options.definition[name] as MethodDefinition<object, Result> | undefined;
    if (method === undefined) throw new Error(`There is no method ${name}.`);
    const deadline = this.#options.clock.now() + this.#options.deadline_ms;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline },
        (error, result) => (error ? reject(fromStatus(error)) : resolve(result as Result)),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
