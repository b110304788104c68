import { expect, test } from "vitest";
import { traceOf } from "../../../src/core/audit/trace.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

test("a call that stands in a trace says in which, and under which span", () => {
	expect(traceOf({ traceparent: `00-${trace}-${span}-01` })).toEqual({ trace, span });
	expect(traceOf({ progressToken: 1, traceparent: `00-${trace}-${span}-00`, tracestate: "a=b" })).toEqual({ trace, span });
});

test("of a later version its beginning counts", () => {
	expect(traceOf({ traceparent: `01-${trace}-${span}-01-more` })).toEqual({ trace, span });
	expect(traceOf({ traceparent: `cc-${trace}-${span}-01` })).toEqual({ trace, span });
});

test.each([
	["nothing", undefined],
	["no object", "00"],
	["another member", { other: 1 }],
	["no text", { traceparent: 7 }],
	["the key of a prefix", { "io.modelcontextprotocol/traceparent": `00-${trace}-${span}-01` }],
	["capitals", { traceparent: `00-${trace.toUpperCase()}-${span}-01` }],
	["a trace of zeroes", { traceparent: `00-${"0".repeat(32)}-${span}-01` }],
	["a span of zeroes", { traceparent: `00-${trace}-${"0".repeat(16)}-01` }],
	["version ff", { traceparent: `ff-${trace}-${span}-01` }],
	["more than version 00 has", { traceparent: `00-${trace}-${span}-01-more` }],
	["a later version that goes on without a dash", { traceparent: `01-${trace}-${span}-011` }],
	["too little", { traceparent: `00-${trace}-${span}` }],
	["a megabyte", { traceparent: "0".repeat(1_000_000) }],
])("%s is no trace", (_, meta) => {
	expect(traceOf(meta)).toBeNull();
});
