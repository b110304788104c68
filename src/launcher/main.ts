// First of all: what it starts takes the longest.
import "./ahead.ts";

import { constants } from "node:os";
import type { Problem } from "../core/result.ts";
import { parseRunArguments, RUN_USAGE, type RunArguments } from "./arguments.ts";
import type { Ending } from "./ending.ts";
import { Launch } from "./launch.ts";

/** Exit code of a launch that Sallyport refused. */
const REFUSED = 125;

let isRelaying = (): void => {};
/** Resolves when a server was started; never, where none is. */
export const relaying = new Promise<void>((resolve) => {
	isRelaying = resolve;
});

/** When what the start has left behind is given back, after a server was started: it is a fifth of all that a quiet launcher holds. Milliseconds. */
const QUIET_MS = 1_500;

async function main(argv: readonly string[]): Promise<Ending> {
	const [verb, ...rest] = argv;
	if (verb !== "run") {
		process.stderr.write("sallyport: connect is not available yet: remote servers come with a later version.\n");
		return { code: 2, signal: null };
	}
	const request = parseRunArguments(rest);
	if (!request.ok) {
		process.stderr.write(`sallyport: ${request.problem.message} ${request.problem.remedy}\n`);
		return { code: 2, signal: null };
	}
	if (request.value === "help") {
		process.stdout.write(RUN_USAGE);
		return { code: 0, signal: null };
	}
	return run(request.value);
}

async function run(request: RunArguments): Promise<Ending> {
	const launch = new Launch(request);
	const refuse = async (problem: Problem): Promise<Ending> => {
		await (await import("./refuse.ts")).refuse(launch, problem);
		endIfHeldUp(launch);
		return { code: REFUSED, signal: null };
	};
	const started = await launch.start();
	if (!started.ok) return refuse(started.problem);
	// A server takes longer to start than this takes to load.
	const running = (await import("./relay.ts")).relay(launch, started.value);
	isRelaying();
	setTimeout(() => void import("./give-back.ts").then(({ giveBack }) => giveBack()), QUIET_MS).unref();
	const ended = await running;
	if (!ended.ok) return refuse(ended.problem);
	endIfHeldUp(launch);
	return ended.value;
}

/** Node waits at its exit for what the log's disk still has, however long that takes: then nothing else ends this process. */
function endIfHeldUp({ audit }: Launch): void {
	if (audit?.isHeldUp === true) process.kill(process.pid, "SIGKILL");
}

function leave(ending: Ending): void {
	const { signal } = ending;
	if (signal === null) process.exit(ending.code ?? 1);
	for (const handled of ["SIGTERM", "SIGINT", "SIGHUP"]) process.removeAllListeners(handled);
	process.kill(process.pid, signal);
	// A signal that does not end this process still has its conventional exit code.
	setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}

main(process.argv.slice(2)).then(leave, (error: unknown) => {
	// A bug. Its text may hold anything, so only its kind is shown.
	process.stderr.write(`sallyport: internal error (${error instanceof Error ? error.name : "unknown"}). Please report it.\n`);
	process.exit(REFUSED);
});
