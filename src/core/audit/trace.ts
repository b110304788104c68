/** Where a call stands in a distributed trace (W3C Trace Context). Both in small hexadecimal digits, and never all zeroes. */
export interface Trace {
	/** 32 digits. */
	readonly trace: string;
	/** 16 digits: the caller's span, of which the call is a child. */
	readonly span: string;
}

/** Version 00 is so long and has nothing behind it; of a later one this is the beginning. */
const LENGTH = 55;
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;

/**
 * What a request's `_meta` says of its trace: the key is `traceparent` without a prefix, by the protocol's own exception. Null: nothing, or
 * nothing valid.
 */
export function traceOf(meta: unknown): Trace | null {
	if (typeof meta !== "object" || meta === null || !("traceparent" in meta)) return null;
	const { traceparent } = meta;
	if (typeof traceparent !== "string" || traceparent.length < LENGTH) return null;
	const [, version = "", trace = "", span = ""] = TRACEPARENT.exec(traceparent.slice(0, LENGTH + 1)) ?? [];
	if (version === "" || version === "ff" || /^0*$/.test(trace) || /^0*$/.test(span)) return null;
	return version === "00" && traceparent.length !== LENGTH ? null : { trace, span };
}
