import type { Readable, Writable } from "node:stream";
import { isoTime } from "../core/iso-time.ts";
import { messageName } from "../core/live/bounds.ts";
import { plain, sentence, withName } from "../core/plain-text.ts";
import { ErrorCode, refusal } from "../core/protocol/answers.ts";
import { LineSplitter } from "../core/protocol/frame.ts";
import { readLine } from "../core/protocol/message.ts";
import type { Problem } from "../core/result.ts";
import { keepRefusedLaunch } from "../platform/live/refused-launches.ts";
import { discardKeychain } from "../platform/vault/keychain-child.ts";
import type { Launch } from "./launch.ts";
import { findPlace } from "./prepare.ts";
import { refusalRecord } from "./refusal-record.ts";

/** How long a host may take to send the request that is answered with the refusal. Milliseconds. */
const FIRST_REQUEST_MS = 5_000;

/** Says no: to the person, to the log, to an editor, and in constant words to the host. */
export async function refuse(launch: Launch, refused: Problem): Promise<void> {
	const problem = { ...refused, remedy: withName(refused.remedy, launch.request.name) };
	discardKeychain();
	tell(process.stderr, launch.request.name, problem);
	const redact = await launch.loadRedaction();
	const audit = await launch.openAudit();
	if (audit.ok) {
		// A host's log is where few people look: `sallyport explain` tells it again.
		audit.value.append(refusalRecord(problem.code, { message: problem.message, remedy: problem.remedy }));
		await audit.value.close("refused");
		tellEditors(launch, problem, audit.value.session, redact);
	}
	await answerFirstRequest(process.stdin, process.stdout);
}

/** The reason alone: a message may name what an editor must not repeat. */
function tellEditors({ request, home, host }: Launch, { code }: Problem, session: string, redact: (text: string) => string): void {
	if (home === null) return;
	const name = (text: string): string => messageName(redact(text));
	const place = findPlace(request, home, process.env, process.cwd());
	keepRefusedLaunch(home, {
		kind: "launch-refused",
		version: 1,
		at: isoTime(new Date()),
		session,
		server: name(request.name),
		workspace: place.ok ? place.value.folder : null,
		host: host === null ? null : name(host),
		pid: process.pid,
		reason: code,
	});
}

/** One line for the person, on the stream that hosts show in their logs. */
function tell(stderr: Writable, server: string, problem: Problem): void {
	stderr.write(`sallyport: ${plain(server)}: ${plain(sentence(problem.message))} ${plain(problem.remedy)}\n`);
}

/** Answers the host's first request with the constant refusal: a server that just vanishes looks like a crash. */
async function answerFirstRequest(stdin: Readable, stdout: Writable, waitMs = FIRST_REQUEST_MS): Promise<void> {
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
