import { Readable } from "node:stream";
import type { TestContext } from "node:test";
import type { GatewayOptions } from "../../gateway/gateway.js";
import { Http } from "../../gateway/http.js";
import type { HttpAnswer, HttpRequest } from "../../gateway/request.js";
import { GatewayStage } from "./gateway-stage.js";

export interface Asked {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly aborted?: AbortSignal;
}

export type Ask = (method: string, path: string, asked?: Asked) => Promise<HttpAnswer & { readonly json: Record<string, unknown> }>;

/** A gateway whose HTTP calls are made without a server between. */
export async function calls(
  t: TestContext,
  odd: Partial<GatewayOptions> = {},
): Promise<{ readonly stage: GatewayStage; readonly ask: Ask }> {
  const stage = await GatewayStage.start(t, odd);
  const http = new Http(stage.gateway.context);
  const ask: Ask = async (method, path, { token, body, headers = {}, aborted } = {}) => {
    const all = { host: "desk.example", ...(token && { authorization: `Bearer ${token}` }), ...headers } as Record<string, string>;
    const { pathname, searchParams } = new URL(path, "http://desk.example");
    const bytes = Buffer.from(typeof body === "string" ? body : (JSON.stringify(body) ?? ""));
    const request: HttpRequest = {
      method,
      path: pathname,
      query: searchParams,
      header: (name) => all[name],
      body: async () => bytes,
      content: () => Readable.from([bytes]),
      address: "127.0.0.1",
      ...(aborted && { aborted }),
    };
    const answer = await http.answer(request);
    return { ...answer, json: JSON.parse(String(answer.body) || "{}") as Record<string, unknown> };
  };
  return { stage, ask };
}
