import assert from "node:assert/strict";
import { test } from "node:test";
import { type Row, rows, type Said } from "./rows.js";

const noon = new Date(2026, 4, 11, 12).getTime();
const minute = 60_000;

function said(mid: string, ts: number, from = "v1", kind = "text"): Said {
  return { key: `${from} ${mid}`, from: { id: from, role: "visitor", name: from }, kind, body: { text: mid }, ts, withdrawn: false };
}

const shape = (row: Row) =>
  row.row === "bubble" ? `${row.first ? "(" : ""}${String(row.said.body["text"])}${row.last ? ")" : ""}` : row.row;

test("messages of one sender within five minutes stand together", () => {
  const laid = rows([said("a", noon), said("b", noon + minute), said("c", noon + 9 * minute), said("d", noon + 9 * minute, "a1")]);
  assert.deepEqual(laid.map(shape), ["day", "(a", "b)", "(c)", "(d)"]);
});

test("each day begins with its line, and nobody's messages stand together across it", () => {
  const midnight = new Date(2026, 4, 12).getTime();
  assert.deepEqual(rows([said("a", midnight - 1), said("b", midnight)]).map(shape), ["day", "(a)", "day", "(b)"]);
});

test("a note never stands together with what the visitor may read", () => {
  assert.deepEqual(rows([said("a", noon, "a1"), said("n", noon, "a1", "note"), said("b", noon, "a1")]).map(shape), [
    "day",
    "(a)",
    "(n)",
    "(b)",
  ]);
});

test("routing is a notice between the bubbles", () => {
  assert.deepEqual(rows([said("a", noon), said("r", noon, "system", "routing"), said("b", noon)]).map(shape), [
    "day",
    "(a)",
    "notice",
    "(b)",
  ]);
});
