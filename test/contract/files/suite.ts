import type { TestContext } from "node:test";
import type { Files, NewFile } from "../../../gateway/files.js";
import type { Test } from "../suite.js";

export interface FilesContract {
  readonly test: Test;
  /** Empty, and taking files of up to this many bytes. */
  readonly factory: (t: TestContext, bytesMax: number) => Promise<Files>;
}

export type FilesSuite = (contract: FilesContract) => void;

export const PICTURE: NewFile = { tenant: "demo", c: "c_1", by: "v_1", name: "a picture.png", mime: "image/png" };

export async function* parts(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

export async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = [];
  for await (const part of content) read.push(part);
  return Buffer.concat(read).toString();
}
