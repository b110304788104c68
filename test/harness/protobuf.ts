/** A message as it is on the wire: the values of each field number, in order. https://protobuf.dev/programming-guides/encoding */
export class Fields {
	readonly #values = new Map<number, (bigint | Buffer)[]>();

	/** Throws on what is no message. */
	constructor(bytes: Buffer) {
		let at = 0;
		const varint = (): bigint => {
			let value = 0n;
			for (let shift = 0n; ; shift += 7n) {
				const byte = bytes.readUInt8(at++);
				value |= BigInt(byte & 0x7f) << shift;
				if (byte < 0x80) return BigInt.asIntN(64, value);
			}
		};
		const take = (length: number): Buffer => {
			if (at + length > bytes.length) throw new RangeError("a field that is longer than its message");
			at += length;
			return bytes.subarray(at - length, at);
		};
		while (at < bytes.length) {
			const tag = Number(varint());
			const wire = tag & 7;
			const value = wire === 0 ? varint() : wire === 2 ? take(Number(varint())) : take(wire === 1 ? 8 : wire === 5 ? 4 : Number.NaN);
			this.#values.set(tag >>> 3, [...(this.#values.get(tag >>> 3) ?? []), value]);
		}
	}

	/** Every value of a field that holds messages. */
	messages(field: number): readonly Fields[] {
		return this.#all(field).map((bytes) => new Fields(bytes));
	}

	/** Null: it is not there. */
	bytes(field: number): Buffer | null {
		return this.#all(field).at(-1) ?? null;
	}

	text(field: number): string | null {
		return this.bytes(field)?.toString("utf8") ?? null;
	}

	/** A variable or a fixed integer; 0 where it is not there, as protobuf has it. */
	integer(field: number): bigint {
		const value = this.#values.get(field)?.at(-1) ?? 0n;
		return typeof value === "bigint" ? value : value.length === 8 ? value.readBigUInt64LE() : BigInt(value.readUInt32LE());
	}

	has(field: number): boolean {
		return this.#values.has(field);
	}

	#all(field: number): readonly Buffer[] {
		return (this.#values.get(field) ?? []).flatMap((value) => (typeof value === "bigint" ? [] : [value]));
	}
}
