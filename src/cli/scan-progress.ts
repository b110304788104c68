import { SingleBar } from "cli-progress";
import type { Io } from "./io.ts";

/** Milliseconds that a person waits without wondering. */
const UNNOTICED = 500;

/** How far a long run is: a bar on standard error, where that is a terminal, and not before it is worth one. */
export class Progress {
	readonly #io: Io;
	readonly #total: number;
	readonly #format: string;
	readonly #now: () => number;
	readonly #start: number;
	#done = 0;
	#bar: SingleBar | null = null;

	/**
	 * @param format of the bar, in cli-progress's words
	 * @param now milliseconds, never going back
	 */
	constructor(io: Io, total: number, format: string, now: () => number = () => performance.now()) {
		this.#io = io;
		this.#total = total;
		this.#format = format;
		this.#now = now;
		this.#start = now();
	}

	/** One more is done. */
	advance(): void {
		this.#done++;
		if (this.#io.stderr.isTTY !== true) return;
		if (this.#bar === null && this.#now() - this.#start > UNNOTICED) {
			this.#bar = new SingleBar({
				format: this.#format,
				stream: this.#io.stderr,
				clearOnComplete: true,
				// It leaves the terminal as it is, so that an interrupted run has nothing to put back.
				linewrap: true,
				gracefulExit: false,
			});
			this.#bar.start(this.#total, this.#done);
		}
		this.#bar?.update(this.#done);
	}

	/** Takes the bar away. */
	stop(): void {
		this.#bar?.stop();
		this.#bar = null;
	}
}
