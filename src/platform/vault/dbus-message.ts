/**
 * Messages of D-Bus, little-endian, with the types that a Secret Service's client meets. Libraries for it bring an XML parser along and
 * take longer to load than all that is asked here. Format: https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol
 */

export interface DbusCall {
	readonly destination: string;
	readonly path: string;
	readonly interface: string;
	readonly member: string;
	/** Of the body; empty: there is none. */
	readonly signature: string;
	readonly body: (to: DbusWriter) => void;
}

/** An answer. */
export interface DbusReply {
	readonly isError: boolean;
	/** The serial of the call that it answers. */
	readonly replyTo: number;
	/** The unique name of who answers; empty: it has none. */
	readonly sender: string;
	/** Of the body. */
	readonly signature: string;
	readonly body: DbusReader;
}

const LITTLE_ENDIAN = 0x6c;
const PROTOCOL = 1;
const TYPE = { call: 1, reply: 2, error: 3 } as const;
const FIELD = { path: 1, interface: 2, member: 3, replyTo: 5, destination: 6, sender: 7, signature: 8 } as const;
/** Bytes before the fields, the length of these included. */
const FIXED = 16;
/** The largest message that is read, in bytes: a vault's largest secret has 64 KiB. */
const LARGEST = 1024 * 1024;

export function encodeCall(serial: number, call: DbusCall): Buffer {
	const body = new DbusWriter();
	call.body(body);
	const content = body.bytes();
	const head = new DbusWriter();
	for (const byte of [LITTLE_ENDIAN, TYPE.call, 0, PROTOCOL]) head.byte(byte);
	head.uint(content.length);
	head.uint(serial);
	head.array(8, () => {
		const field = (code: number, signature: string, value: string): void => {
			head.align(8);
			head.byte(code);
			head.signature(signature);
			if (signature === "g") head.signature(value);
			else head.string(value);
		};
		field(FIELD.path, "o", call.path);
		field(FIELD.destination, "s", call.destination);
		field(FIELD.interface, "s", call.interface);
		field(FIELD.member, "s", call.member);
		if (call.signature !== "") field(FIELD.signature, "g", call.signature);
	});
	head.align(8);
	return Buffer.concat([head.bytes(), content]);
}

/** How long the message is that begins here, in bytes; null: more must come to tell. Throws a RangeError on what is no message. */
export function messageLength(bytes: Buffer): number | null {
	if (bytes.length < FIXED) return null;
	if (bytes[0] !== LITTLE_ENDIAN || bytes[3] !== PROTOCOL) throw new RangeError("not a message that can be read");
	const length = FIXED + aligned(bytes.readUInt32LE(12), 8) + bytes.readUInt32LE(4);
	if (length > LARGEST) throw new RangeError("too long a message");
	return length;
}

/** Null: it is no answer, but a signal or a call. Throws a RangeError on what is malformed. */
export function decodeReply(message: Buffer): DbusReply | null {
	const type = message[1];
	if (type !== TYPE.reply && type !== TYPE.error) return null;
	const fields = new DbusReader(message, 12);
	const bodyAt = FIXED + aligned(message.readUInt32LE(12), 8);
	let [replyTo, sender, signature] = [0, "", ""];
	fields.array(8, () => {
		const code = fields.byte();
		const kind = fields.signature();
		const value = kind === "u" ? fields.uint() : kind === "g" ? fields.signature() : kind === "s" || kind === "o" ? fields.string() : null;
		if (value === null) throw new RangeError("a field of another type");
		if (code === FIELD.replyTo && typeof value === "number") replyTo = value;
		else if (code === FIELD.sender && typeof value === "string") sender = value;
		else if (code === FIELD.signature && typeof value === "string") signature = value;
	});
	return { isError: type === TYPE.error, replyTo, sender, signature, body: new DbusReader(message.subarray(bodyAt), 0) };
}

/** Values one after the other, each where its type wants to begin. */
export class DbusWriter {
	readonly #parts: Buffer[] = [];
	#length = 0;

	bytes(): Buffer {
		return Buffer.concat(this.#parts);
	}

	align(to: number): void {
		this.#put(Buffer.alloc(aligned(this.#length, to) - this.#length));
	}

	byte(value: number): void {
		this.#put(Buffer.of(value));
	}

	uint(value: number): void {
		this.align(4);
		const bytes = Buffer.alloc(4);
		bytes.writeUInt32LE(value);
		this.#put(bytes);
	}

	/** Object paths are written like this too. */
	string(value: string): void {
		const bytes = Buffer.from(`${value}\0`);
		this.uint(bytes.length - 1);
		this.#put(bytes);
	}

	signature(value: string): void {
		this.byte(value.length);
		this.#put(Buffer.from(`${value}\0`));
	}

	bool(value: boolean): void {
		this.uint(value ? 1 : 0);
	}

	blob(value: Buffer): void {
		this.uint(value.length);
		this.#put(value);
	}

	/** @param alignment of an element, which `elements` writes one after the other */
	array(alignment: number, elements: () => void): void {
		this.align(4);
		const length = Buffer.alloc(4);
		this.#put(length);
		this.align(alignment);
		const start = this.#length;
		elements();
		length.writeUInt32LE(this.#length - start);
	}

	#put(bytes: Buffer): void {
		this.#parts.push(bytes);
		this.#length += bytes.length;
	}
}

/** The same way back. Whatever leads past the end throws a RangeError. */
export class DbusReader {
	readonly #bytes: Buffer;
	#at: number;

	constructor(bytes: Buffer, at: number) {
		this.#bytes = bytes;
		this.#at = at;
	}

	align(to: number): void {
		this.#at = aligned(this.#at, to);
	}

	byte(): number {
		return this.#take(1).readUInt8();
	}

	uint(): number {
		this.align(4);
		return this.#take(4).readUInt32LE();
	}

	/** Object paths are read like this too. */
	string(): string {
		const bytes = this.#take(this.uint());
		this.#take(1);
		return bytes.toString("utf8");
	}

	signature(): string {
		const bytes = this.#take(this.byte());
		this.#take(1);
		return bytes.toString("latin1");
	}

	blob(): Buffer {
		return this.#take(this.uint());
	}

	/** @param alignment of an element, of which `element` reads one */
	array(alignment: number, element: () => void): void {
		const length = this.uint();
		this.align(alignment);
		const end = this.#at + length;
		if (end > this.#bytes.length) throw new RangeError("too long a list");
		while (this.#at < end) {
			this.align(alignment);
			element();
		}
		if (this.#at !== end) throw new RangeError("an element beyond its list");
	}

	#take(count: number): Buffer {
		if (this.#at + count > this.#bytes.length) throw new RangeError("too short a message");
		this.#at += count;
		return this.#bytes.subarray(this.#at - count, this.#at);
	}
}

function aligned(at: number, to: number): number {
	return Math.ceil(at / to) * to;
}
