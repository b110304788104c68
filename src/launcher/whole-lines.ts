/** Longest line that is kept together, in characters. */
const MOST = 64 * 1024;

/**
 * Text that comes in pieces, told line by line. A line that does not end is left out, all of it up to where it does: a secret across two parts of it would
 * be shown in halves.
 */
export class WholeLines {
	readonly #tell: (line: string) => void;
	#waiting = "";
	/** What comes up to the next line's end belongs to a line that is left out. */
	#isLeftOut = false;

	constructor(tell: (line: string) => void) {
		this.#tell = tell;
	}

	push(text: string): void {
		const lines = (this.#waiting + text).split("\n");
		this.#waiting = lines.pop() ?? "";
		for (const line of lines) {
			if (!this.#isLeftOut) this.#tell(line.replace(/\r$/, ""));
			this.#isLeftOut = false;
		}
		if (this.#isLeftOut) this.#waiting = "";
		else if (this.#waiting.length > MOST) {
			this.#waiting = "";
			this.#isLeftOut = true;
			this.#tell("(a very long line was left out)");
		}
	}

	/** The last line needs no end. */
	end(): void {
		if (this.#waiting !== "") this.#tell(this.#waiting);
		this.#waiting = "";
	}
}
