import type { TSchema } from "typebox";
import type { Context } from "../context.js";
import type { HttpAnswer, HttpRequest } from "../request.js";
import type { Session } from "../session.js";

/** What a call is given: its checked body and the parts of its path. */
export interface Asked<Fields> {
  readonly request: HttpRequest;
  readonly parameters: readonly string[];
  readonly fields: Fields;
  /** Of calls that are not open. */
  readonly session: Session;
}

/** An answer that is not JSON, with its own headers. */
export class Ready {
  readonly answer: HttpAnswer;

  constructor(answer: HttpAnswer) {
    this.answer = answer;
  }
}

/** One HTTP call. A text is sent as it is: it is JSON already. */
export interface Call<Fields = never> {
  readonly method: "GET" | "POST";
  /** Its groups are the parameters. */
  readonly path: RegExp;
  readonly body?: TSchema;
  /** May come without a body, which then has no fields. */
  readonly bare?: true;
  /** Without a token in the header. */
  readonly open?: true;
  run(context: Context, asked: Asked<Fields>): Promise<object | string | Ready>;
}
