import type { Readable, Writable } from "node:stream";
import { plain } from "../core/plain-text.ts";
import { ErrorCode, refusal } from "../core/protocol/answers.ts";
import { LineSplitter } from "../core/protocol/frame.ts";
import { readLine } from "../core/protocol/message.ts";
import type { Problem } from "../core/result.ts";

/** Exit code of a launch that Sallyport refused. */
export const REFUSED = 125;

/** How long a host may take to send the request that is answered with the refusal. Milliseconds. */
const FIRST_REQUEST_MS = 5_000;

/** One line for the person, on the stream that hosts show in their logs. */
export function tell(stderr: Writable, server: string, problem: Problem): void {
	const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
	stderr.write(`sallyport: ${plain(server)}: ${plain(sentence(problem.message))} ${plain(problem.remedy)}\n`);
}

/** Answers the host's first request with the constant refusal: a server that just vanishes looks like a crash. */
export async function answerFirstRequest(stdin: Readable, stdout: Writable, waitMs = FIRST_REQUEST_MS): Promise<void> {
	const splitter = new LineSplitter();
	await new Promise<void>((resolve) => {
		const timer = setTimeout(resolve, waitMs);
		const done = (): void => {
			clearTimeout(timer);
			resolve();
		};
		stdin.once("end", done);
		stdin.once("error", done);
		stdout.once("error", done);
		stdin.on("data", (chunk: Buffer) => {
			for (const event of splitter.push(chunk)) {
				const read = event.kind === "line" ? readLine(event.line) : null;
				if (read?.kind !== "single" || read.message.kind !== "request") continue;
				stdin.removeAllListeners("data");
				stdout.write(Buffer.concat([refusal(read.message.id, ErrorCode.invalidRequest), Buffer.from("\n")]), done);
				return;
			}
		});
	});
	stdin.destroy();
}
