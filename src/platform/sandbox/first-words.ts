/** What the client of a tunnel says first, as far as it tells whom it wants to speak to. */
export type FirstWords =
	/** More bytes are needed to tell. */
	| { readonly kind: "unclear" }
	/** `name`: the server that the client wants, in small letters; null when it says none. */
	| { readonly kind: "tls"; readonly name: string | null }
	| { readonly kind: "http" }
	/**
	 * HTTP/2 in the clear, which names a host with every request, a request line that not everybody reads alike, or TLS that is malformed:
	 * nobody could say whom it is for.
	 */
	| { readonly kind: "unreadable" }
	/** A protocol in which no name is said. */
	| { readonly kind: "other" };

/** Longest greeting that is looked at, in bytes: more than any client sends before it is answered. */
export const LONGEST_GREETING = 16 * 1024;

const UNCLEAR = { kind: "unclear" } as const;
const UNREADABLE = { kind: "unreadable" } as const;
const OTHER = { kind: "other" } as const;

const TLS_HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;

/** What some server or other takes for blank, before a request and between its words (RFC 9112, section 3, and languages that split text). */
const BLANK = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0]);

/** A request line as everybody reads it, without its end. */
const REQUEST_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [!-~\u0080-\u00ff]+ HTTP\/1\.[0-9]$/i;

/** @param isAll nothing more will come */
export function firstWords(bytes: Buffer, isAll = false): FirstWords {
	let start = 0;
	while (start < bytes.length && BLANK.has(bytes[start] ?? 0)) start++;
	const first = bytes[start];
	if (first === undefined) return UNCLEAR;
	if (start === 0 && first === TLS_HANDSHAKE) return tlsWords(bytes);
	if (!isWordByte(first)) return OTHER;
	// The length of a message, in binary: no method holds such bytes. Without this, databases would wait for a line that never ends.
	for (let at = start + 1; at < start + 4; at++) if (bytes[at] === 0) return OTHER;
	const end = bytes.indexOf(0x0a, start);
	if (end < 0 && !isAll) return UNCLEAR;
	const line = bytes.toString("latin1", start, end < 0 ? bytes.length : end);
	// Line breaks before a request are overlooked by everybody.
	const isPlain = bytes.subarray(0, start).every((byte) => byte === 0x0a || byte === 0x0d);
	if (isPlain && REQUEST_LINE.test(line.endsWith("\r") ? line.slice(0, -1) : line)) return { kind: "http" };
	// Some server may find a request in it, with a host that we would not see.
	return /HTTP\/[0-9]/i.test(line) ? UNREADABLE : OTHER;
}

/** A method is a word; what begins otherwise is no request, whoever reads it. */
function isWordByte(byte: number): boolean {
	return byte > 0x20 && byte < 0x7f;
}

/** The server name of a ClientHello (RFC 8446, RFC 6066), in however many records it comes. */
function tlsWords(bytes: Buffer): FirstWords {
	const parts: Buffer[] = [];
	let at = 0;
	let gathered = 0;
	let wanted = 4;
	while (gathered < wanted) {
		if (at + 5 > bytes.length) return UNCLEAR;
		const length = bytes.readUInt16BE(at + 3);
		if (bytes[at] !== TLS_HANDSHAKE || length === 0) return UNREADABLE;
		const part = bytes.subarray(at + 5, at + 5 + length);
		parts.push(part);
		gathered += part.length;
		if (wanted === 4 && gathered >= 4) wanted = 4 + Buffer.concat(parts).readUIntBE(1, 3);
		if (part.length < length && gathered < wanted) return UNCLEAR;
		at += 5 + length;
	}
	const message = Buffer.concat(parts);
	if (message[0] !== CLIENT_HELLO) return UNREADABLE;
	try {
		return { kind: "tls", name: serverName(message.subarray(4, wanted)) };
	} catch (error) {
		// Lengths that lead past the end.
		if (error instanceof RangeError) return UNREADABLE;
		throw error;
	}
}

/** Throws a RangeError when the message is shorter than it says, or names two servers. */
function serverName(hello: Buffer): string | null {
	const take = reader(hello);
	take(2 + 32);
	take(take(1).readUInt8());
	take(take(2).readUInt16BE());
	take(take(1).readUInt8());
	if (take.rest() === 0) return null;
	const extensions = reader(take(take(2).readUInt16BE()));
	let found: string | null = null;
	while (extensions.rest() > 0) {
		const type = extensions(2).readUInt16BE();
		const body = extensions(extensions(2).readUInt16BE());
		if (type !== SERVER_NAME) continue;
		const names = reader(reader(body)(2 + body.readUInt16BE()).subarray(2));
		while (names.rest() > 0) {
			const kind = names(1).readUInt8();
			const name = names(names(2).readUInt16BE());
			if (kind !== HOST_NAME || found !== null) throw new RangeError("more than one name");
			found = name.toString("latin1").toLowerCase();
		}
	}
	return found;
}

/** Takes so many bytes, in order; a RangeError when there are not as many left. */
function reader(bytes: Buffer): ((count: number) => Buffer) & { rest(): number } {
	let at = 0;
	const take = (count: number) => {
		if (at + count > bytes.length) throw new RangeError("too short");
		at += count;
		return bytes.subarray(at - count, at);
	};
	return Object.assign(take, { rest: () => bytes.length - at });
}
