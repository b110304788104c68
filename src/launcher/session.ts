import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { AuditEvent, DecidingLayer } from "../core/audit/event.ts";
import { ourCommand } from "../core/command-words.ts";
import { breachText } from "../core/constraints/text.ts";
import { plain } from "../core/plain-text.ts";
import type { Asked, Judge } from "../core/policy/explain.ts";
import type { Grant } from "../core/policy/layers.ts";
import { NO_OFFERS } from "../core/policy/offers.ts";
import { LineSplitter } from "../core/protocol/frame.ts";
import { type Action, Relay, type RelayPolicy } from "../core/protocol/relay.ts";
import type { MayCall } from "../core/protocol/tool-gate.ts";
import type { Result } from "../core/result.ts";
import { KnownValues } from "../core/secrets/known-values.ts";
import { isPin, type Pin } from "../core/tools/pin.ts";
import type { AuditLog } from "../platform/audit/writer.ts";
import { ArgumentsJudge } from "../platform/constraints/judge.ts";
import { grantDigest } from "../platform/grant-digest.ts";
import { inflate } from "../platform/inflate.ts";
import { milliseconds } from "../platform/milliseconds.ts";
import type { Confined } from "../platform/sandbox/engine.ts";
import { confinement } from "./confinement.ts";
import type { Ending } from "./ending.ts";
import type { GrantWatch } from "./grant-watch.ts";
import type { LiveReport } from "./live-report.ts";
import { Outbox } from "./outbox.ts";
import { WhenSettled } from "./when-settled.ts";
import { WholeLines } from "./whole-lines.ts";

export interface SessionOptions {
	readonly grant: Grant;
	readonly confined: Confined;
	readonly audit: AuditLog;
	/** Told of what happens; the caller opens and ends it. */
	readonly live: LiveReport;
	readonly host: { readonly stdin: Readable; readonly stdout: Writable; readonly stderr: Writable };
	/** The values that were resolved for the server: kept out of what it sends to the host. */
	readonly secrets: readonly string[];
	/** Keeps them, and what looks like a credential, out of what it writes to stderr. */
	readonly redact: (text: string) => string;
	/** Which policy refused a call; undefined: it cannot be told. */
	readonly decidedBy: (asked: Asked, judge: Judge) => DecidingLayer | undefined;
	/** Told of what the server says, in pieces as they come. */
	readonly heard: (said: Buffer | string) => void;
	/** Milliseconds that a server has to answer what its host asked before it went. */
	readonly graceMs: number;
	/** True when the program that started this one has ended: then nobody waits for an answer. */
	readonly isHostGone: () => boolean;
	/** Milliseconds after the server's stdin was closed at which it is told to end, and at which it is ended. */
	readonly stopMs: { readonly terminate: number; readonly kill: number };
	/** Tells of every change of the grant; the session disposes of it. */
	readonly watch: GrantWatch;
}

/** Bytes that may wait for a server to read them: more than all the calls that the relay may hold and the largest message. */
const MOST_UNREAD = 64 * 1024 * 1024;

/** Milliseconds that the record of a call's end may wait for others. */
const RECORDS_MS = 20;

/** Milliseconds in which what a server said last is still read, once it has ended and nobody waits for it. */
const LAST_WORDS_MS = 100;

/** Milliseconds between two looks at whether a host that closed its end still lives. */
const LOOK_MS = 50;

/**
 * Carries messages between host and server until one of them is gone, and lets through what the grant allows. While one side is
 * slow to read, the other is not read: memory does not grow.
 */
export class Session {
	readonly #options: SessionOptions;
	readonly #child: ChildProcess;
	readonly #relay: Relay;
	readonly #toHost = new Outbox();
	readonly #toServer = new Outbox();
	readonly #judge = new ArgumentsJudge();
	#answered = false;
	/** False: the log was handed something since it was last flushed. */
	#isRecorded = true;
	/** What was recorded is handed over without its seal. */
	#isBegun = false;
	#stopping = false;
	#killed = false;
	#flushing: NodeJS.Timeout | null = null;
	/** Steps whose records are on their way to a slow disk, and when the last of them is done. */
	#turns = 0;
	#lastTurn: Promise<void> = Promise.resolve();
	/** The host says nothing more; it may still read. */
	#inputIsOver = false;
	#mended = true;
	#endReason = "server-ended";

	constructor(options: SessionOptions) {
		this.#options = options;
		this.#child = options.confined.child;
		this.#relay = new Relay({
			policy: this.#policyOf(options.grant),
			server: options.grant.name,
			clock: milliseconds,
			random: randomBytes(8).toString("hex"),
			secrets: new KnownValues(options.secrets, inflate),
			record: (event) => this.#record(event),
			decidedBy: (asked) => this.#options.decidedBy(asked, (several, args) => this.#judge.judge(several, args)),
		});
	}

	/** Why it ended, or will: kebab-case. */
	get endReason(): string {
		return this.#endReason;
	}

	/** Ends when the server has ended and nothing of it is left. */
	async run(): Promise<Ending> {
		const { host, confined } = this.#options;
		const { stdin, stdout, stderr } = this.#child;
		if (stdin === null || stdout === null || stderr === null) throw new Error("a confined server without pipes");
		const closed = once(this.#child, "close");
		await this.#judge.prepare(this.#options.grant.constraints.values());

		const fromHost = new LineSplitter();
		host.stdin.on("data", (chunk: Buffer) => this.#step(() => this.#relay.fromHost(fromHost.push(chunk))));
		host.stdin.once("end", () => this.#inputEnded());
		host.stdin.once("error", () => this.stop());
		host.stdout.once("error", () => this.stop());
		host.stderr.on("error", () => {});

		const fromServer = new LineSplitter();
		const said = new WhenSettled(
			confined.settle,
			(chunk) => this.#step(() => this.#relay.fromServer(fromServer.push(chunk))),
			() => {
				this.#say("what it writes cannot be passed on to the granted folder. It is stopped. Start it again in the host.");
				this.#kill("writes-lost");
			},
		);
		stdout.on("data", (chunk: Buffer) => {
			said.push(chunk);
			this.#options.heard(chunk);
		});
		// A server that has closed its stdin says so by its exit.
		stdin.on("error", () => {});
		this.#passOnStderr(stderr);
		this.#options.watch.subscribe(this.#options.grant, (grant) => this.#policyChanged(grant));

		const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
		await said.done();
		this.#options.watch.dispose();
		this.#step(() => this.#relay.serverClosed());
		await this.#lastTurn;
		host.stdin.destroy();
		await confined.dispose();
		if (!this.#answered && !this.#killed) {
			const how = signal === null ? `with code ${code ?? 0}` : `by ${signal}`;
			this.#say(`it ended ${how} before it answered. To see it start: ${ourCommand("tools list", [this.#options.grant.name])}`);
		}
		await flushed(host.stdout);
		return { code, signal };
	}

	/** Closes the server's stdin, tells it to end, then ends it for good. Calling it again changes nothing. */
	stop(): void {
		if (this.#stopping) return;
		this.#stopping = true;
		const { confined, stopMs } = this.#options;
		this.#child.stdin?.end();
		setTimeout(() => confined.terminate(), stopMs.terminate).unref();
		setTimeout(() => this.#kill(), stopMs.kill).unref();
	}

	#kill(reason = this.#endReason): void {
		this.#endReason = reason;
		this.#stopping = true;
		this.#killed = true;
		this.#child.kill("SIGKILL");
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) this.#letGo();
		else this.#child.once("exit", () => this.#letGo());
	}

	/** Without a sandbox, a program that the server has left behind may hold its pipes open for as long as it lives. Nobody waits for what it says. */
	#letGo(): void {
		setTimeout(() => {
			this.#child.stdout?.destroy();
			this.#child.stderr?.destroy();
		}, LAST_WORDS_MS).unref();
	}

	/** What the host asked before it closed its end is still answered, within the time that a server has to end. */
	#inputEnded(): void {
		const { graceMs, isHostGone } = this.#options;
		this.#endReason = "host-closed";
		this.#inputIsOver = true;
		setTimeout(() => this.stop(), graceMs).unref();
		// Its files are closed a moment before it is gone itself.
		setInterval(() => {
			if (isHostGone()) this.stop();
		}, LOOK_MS).unref();
		this.#step(() => this.#relay.hostClosed());
	}

	#policyChanged(grant: Result<Grant>): void {
		if (!grant.ok && grant.problem.code.startsWith("policy-")) {
			this.#mended = false;
			this.#say(`${grant.problem.message.replace(/\.$/, "")}. No tool is available until it is mended.`);
			this.#options.live.tools([]);
			this.#step(() => this.#relay.setPolicy({ tools: new Map() }));
		} else if (!grant.ok) {
			this.#say(`${grant.problem.message} The server is stopped.`);
			this.#kill(grant.problem.code);
		} else if (confinement(grant.value) !== confinement(this.#options.grant)) {
			this.#say("what it may read, write, reach or know has changed, so it is stopped. Start it again in the host.");
			this.#kill("grant-changed");
		} else {
			if (!this.#mended) this.#say("the policy is mended.");
			this.#mended = true;
			// Until a new schema can be judged by, what it constrains is refused.
			void this.#judge.prepare(grant.value.constraints.values());
			this.#step(() => [...this.#relay.setPolicy(this.#policyOf(grant.value)), { record: policyChanged(grant.value) }]);
		}
	}

	#policyOf(grant: Grant): RelayPolicy {
		const tools = pinsOf(grant.tools);
		this.#options.live.tools(tools.keys());
		const said = {
			...(grant.toolMeta === undefined ? {} : { toolMeta: pinsOf(grant.toolMeta) }),
			...(grant.instructions !== undefined && isPin(grant.instructions) ? { instructions: grant.instructions } : {}),
		};
		const more = {
			...said,
			offers: grant.offers ?? NO_OFFERS,
			asks: grant.asks ?? {},
			hostSecrets: grant.hostSecrets ?? [],
			limits: grant.limits,
		};
		if (grant.constraints.size === 0) return { tools, ...more };
		const mayCall: MayCall = (tool, args) => {
			const breach = this.#judge.judge(grant.constraints.get(tool) ?? [], args);
			if (breach !== null) this.#say(breachText(tool, breach));
			return breach === null;
		};
		return { tools, ...more, mayCall };
	}

	/**
	 * What is decided together is recorded in one write, and given out in one write to each side, in this order: nothing leaves before the
	 * log has it, or a slow disk has had its time. The seal of what was recorded is made behind that. How calls ended is recorded after their answers have left, and written with what comes next, or
	 * soon.
	 */
	#step(decide: () => readonly Action[]): void {
		const { audit } = this.#options;
		audit.hold();
		this.#isRecorded = true;
		let actions = decide();
		if (!this.#isRecorded) {
			this.#isBegun = true;
			if (!audit.begin()) actions = this.#relay.recordsLost(actions);
		}
		const written = this.#isRecorded ? null : audit.written();
		if (written === null && this.#turns === 0) this.#conclude(actions);
		else this.#concludeInTurn(actions, written);
	}

	/** Behind the steps before it. */
	#concludeInTurn(actions: readonly Action[], written: Promise<boolean> | null): void {
		this.#turns++;
		this.#lastTurn = this.#lastTurn.then(async () => {
			const isWritten = (await written) ?? true;
			this.#turns--;
			this.#conclude(isWritten ? actions : this.#relay.recordsLost(actions));
		});
	}

	#conclude(actions: readonly Action[]): void {
		const { audit } = this.#options;
		audit.hold();
		this.#isRecorded = true;
		this.#perform(actions);
		if (this.#isBegun) {
			this.#isBegun = false;
			audit.flush();
		} else if (!this.#isRecorded)
			this.#flushing ??= setTimeout(() => {
				this.#flushing = null;
				audit.flush();
			}, RECORDS_MS).unref();
		// Nothing waits: what others record is written at once.
		else if (this.#flushing === null) audit.flush();
		if (this.#inputIsOver && this.#turns === 0 && !this.#relay.isWaitedFor) this.stop();
	}

	#perform(actions: readonly Action[]): void {
		for (const action of actions) {
			if (!("to" in action)) continue;
			if (action.to === "host") {
				this.#answered = true;
				this.#toHost.add(action.bytes);
			} else this.#toServer.add(action.bytes);
		}
		this.#send();
		for (const action of actions) {
			if ("to" in action) continue;
			if ("record" in action) this.#record(action.record);
			else if ("warn" in action) this.#options.host.stderr.write(`sallyport: ${plain(this.#options.redact(action.warn))}\n`);
			else if ("stop" in action) {
				if (action.stop === "host-closed") this.#child.stdin?.end();
			} else if ("withheld" in action) this.#options.live.withheld(action.withheld);
			else if ("heldPrompt" in action) this.#options.live.heldPrompt(action.heldPrompt);
			else if ("heldInstructions" in action) this.#options.live.heldInstructions(action.heldInstructions);
			else this.#options.live.listed(action.listed);
		}
	}

	/** The host waits while the server is behind; what the server asks for itself, without reading the answers, has an end. */
	#send(): void {
		const { host } = this.#options;
		const { stdin, stdout } = this.#child;
		flush(this.#toHost, host.stdout, stdout);
		if (stdin === null) return;
		if (stdin.writableLength > MOST_UNREAD && !this.#killed) {
			this.#say("it asks and asks, and does not read the answers. It is stopped.");
			this.#kill("answers-unread");
		}
		flush(this.#toServer, stdin, host.stdin);
	}

	/** A log that fails after the answer has left fails for the next call, which is then refused. */
	#record(event: AuditEvent): boolean {
		this.#isRecorded = false;
		const written = this.#options.audit.append(event);
		this.#options.live.event(event);
		return written;
	}

	#passOnStderr(stderr: Readable): void {
		const decoder = new TextDecoder();
		const line = (text: string): void => {
			this.#options.heard(text);
			if (!this.#options.host.stderr.write(`${plain(this.#options.redact(text))}\n`) && !stderr.isPaused()) {
				stderr.pause();
				this.#options.host.stderr.once("drain", () => stderr.resume());
			}
		};
		const lines = new WholeLines(line);
		stderr.on("data", (chunk: Buffer) => lines.push(decoder.decode(chunk, { stream: true })));
		stderr.once("end", () => lines.end());
	}

	#say(text: string): void {
		this.#options.host.stderr.write(`sallyport: ${plain(this.#options.grant.name)}: ${plain(text)}\n`);
	}
}

function policyChanged(grant: Grant): AuditEvent {
	return {
		request: null,
		direction: "launcher",
		method: null,
		tool: null,
		decision: "allow",
		reason: "policy-changed",
		outcome: "forwarded",
		arguments: { policy: grantDigest(grant) },
	};
}

function pinsOf(digests: ReadonlyMap<string, string>): ReadonlyMap<string, Pin> {
	return new Map([...digests].flatMap(([tool, pin]) => (isPin(pin) ? [[tool, pin] as const] : [])));
}

/** While the reader is behind, the source of what it is to read is not read. */
function flush(box: Outbox, target: Writable, source: Readable | null): void {
	if (target.destroyed || target.writableEnded) box.clear();
	else if (!box.flush(target) && source !== null && !source.isPaused()) {
		source.pause();
		const resume = (): void => {
			target.off("drain", resume).off("close", resume);
			source.resume();
		};
		target.on("drain", resume).on("close", resume);
	}
}

async function flushed(stream: Writable): Promise<void> {
	if (stream.destroyed || stream.writableLength === 0) return;
	await Promise.race([once(stream, "drain"), once(stream, "close")]).catch(() => {});
}
