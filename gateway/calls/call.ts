import type { TSchema } from "typebox";
import type { Context } from "../context.js";
import type { HttpRequest } from "../request.js";
import type { Session } from "../session.js";

/** What a call is given: its checked body and the parts of its path. */
export interface Asked<Fields> {
  readonly request: HttpRequest;
  readonly parameters: readonly string[];
  readonly fields: Fields;
  /** Of calls that are not open. */
  readonly session: Session;
}

/** One HTTP call. A text is sent as it is: it is JSON already. */
export interface Call<Fields = never> {
  readonly method: "GET" | "POST";
  /** Its groups are the parameters. */
  readonly path: RegExp;
  readonly body?: TSchema;
  /** Without a token in the header. */
  readonly open?: true;
  run(context: Context, asked: Asked<Fields>): Promise<object | string>;
}
