import { ClientError } from "@deskwire/client";

/** One JSON call. Rejects with the server's code, or `unavailable` when nothing understandable answered. */
export async function post<T>(url: string, body: unknown, token?: string): Promise<T> {
  const headers = { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const init = { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" } as const;
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new ClientError("unavailable", String(error));
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  throw new ClientError(answer?.code ?? "unavailable", answer?.detail, answer?.retry, answer?.retry_after_ms);
}
