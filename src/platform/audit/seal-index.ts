/** Bytes of a seal. */
const SEAL = 32;

/** Which line of a log has which seal, in 32 bytes a line. */
export class SealIndex {
	#bytes = Buffer.alloc(64 * SEAL);
	#count = 0;

	/** Of the next line: hexadecimal digits. Undefined: it has none. */
	add(seal: string | undefined): void {
		const at = this.#count++ * SEAL;
		if (at + SEAL > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
		if (seal !== undefined) this.#bytes.write(seal, at, "hex");
	}

	/** @param line from 1 */
	has(line: number, seal: string): boolean {
		if (line < 1 || line > this.#count) return false;
		return this.#bytes.toString("hex", (line - 1) * SEAL, line * SEAL) === seal;
	}
}
