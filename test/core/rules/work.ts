import { Session } from "node:inspector";

/** Counts what our code does, not how long it takes: how often each of its blocks is run. What the engine does by itself is not counted. */
export class WorkMeter {
	readonly #session = new Session();

	constructor() {
		this.#session.connect();
		this.#session.post("Profiler.enable");
		this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	}

	count(run: () => void): number {
		this.#take();
		run();
		return this.#take();
	}

	/** Since the last time. */
	#take(): number {
		let total = 0;
		this.#session.post("Profiler.takePreciseCoverage", (error, { result }) => {
			if (error !== null) throw error;
			for (const { url, functions } of result)
				if (url.includes("/src/core/")) for (const { ranges } of functions) for (const { count } of ranges) total += count;
		});
		return total;
	}

	stop(): void {
		this.#session.disconnect();
	}
}
