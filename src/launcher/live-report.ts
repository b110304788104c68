import type { AuditEvent } from "../core/audit/event.ts";
import { isoTime } from "../core/iso-time.ts";
import { messageName } from "../core/live/bounds.ts";
import type { LiveMessage } from "../core/live/message.ts";
import type { Grant } from "../core/policy/layers.ts";
import type { HeldDefinition, HeldInstructions, Withheld } from "../core/protocol/relay.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { keepDefinition, keepInstructions } from "../platform/definitions.ts";
import type { Home } from "../platform/home.ts";
import { Publisher } from "../platform/live/publisher.ts";
import type { BlockedPath } from "../platform/sandbox/blocked.ts";
import type { EgressRefusal } from "../platform/sandbox/proxy-reach.ts";
import { KeptListing } from "./kept-listing.ts";

/** Definitions that are kept in one session because they were met in the place of approved ones. */
const MOST_DEFINITIONS = 50;

/** Milliseconds that the end of a launcher waits for its last words to be written. */
const LAST_MS = 500;

export interface LiveReportOptions {
	readonly home: Home;
	/** As in the audit log. */
	readonly session: string;
	readonly grant: Grant;
	/** The program that started the launcher; null: not known. */
	readonly host: string | null;
	/** Keeps the server's secrets, and what looks like a credential, out of what is told. */
	readonly redact: (text: string) => string;
	/** False: the server has none of its own. */
	readonly hasSecrets: boolean;
	readonly clock: () => Date;
}

/**
 * What this launch tells an editor, and keeps for it: refusals, drift with the definition that drifted, the tools that count, the
 * server's list. Nothing here decides, delays or fails anything.
 */
export class LiveReport {
	readonly #options: LiveReportOptions;
	readonly #publisher: Publisher;
	readonly #listing: KeptListing;
	#definitions = 0;
	#work: Promise<void> = Promise.resolve();

	constructor(options: LiveReportOptions) {
		const { home, session, grant, host, clock } = options;
		const { fingerprint } = grant.launch;
		this.#options = options;
		this.#publisher = new Publisher({
			kind: "hello",
			version: 1,
			session,
			server: this.#name(grant.name),
			config: grant.config,
			workspace: grant.workspace,
			fingerprint,
			host: host === null ? null : this.#name(host),
			pid: process.pid,
			startedAt: isoTime(clock()),
		});
		this.#listing = new KeptListing({
			home,
			fingerprint,
			isSecret: (text) => this.#isSecret(text),
			kept: () => this.#tell({ kind: "listed", at: this.#now(), fingerprint }),
		});
	}

	/** From now on it can be heard. False: it never will be. */
	open(): boolean {
		return this.#publisher.open(this.#options.home);
	}

	/** Of the relay's events, what was refused. A tool that is withheld from a list comes by `withheld`. */
	event({ decision, reason, method, tool, count = 1, layer }: AuditEvent): void {
		if (decision !== "refuse" || (method === "tools/list" && tool !== null && reason !== "tool-meta-changed")) return;
		const name = (text: string | null): string | null => (text === null ? null : this.#name(text));
		const by = layer === undefined || layer.source === "user" ? {} : { by: layer.file };
		this.#tell({ kind: "refused", at: this.#now(), reason, method: name(method), tool: name(tool), count, ...by });
	}

	egressRefused({ target, reason }: EgressRefusal): void {
		this.#tell({ kind: "egress-refused", at: this.#now(), target: this.#name(target), reason });
	}

	pathBlocked({ path, access, reason }: BlockedPath): void {
		this.#tell({ kind: "blocked", at: this.#now(), access, path: this.#name(path), reason });
	}

	/** The granted tools that count from now on. */
	tools(names: Iterable<string>): void {
		const allowed = [...names].sort().map((name) => this.#name(name));
		this.#tell({ kind: "tools", at: this.#now(), allowed, omitted: 0 });
	}

	/** Told after the definition is kept, so that whoever hears of it can show the difference. */
	withheld({ tool, approved, pin, reason, definition }: Withheld): void {
		const message: LiveMessage = { kind: "drift", at: this.#now(), tool: this.#name(tool), approved, current: pin, reason };
		this.#work = this.#work.then(async () => {
			if (pin !== null && definition !== null) await this.#keep(pin, definition);
			this.#tell(message);
		});
	}

	/** Its definition is kept, so that it can be compared with what was approved. */
	heldPrompt({ pin, definition }: HeldDefinition): void {
		if (pin !== null && definition !== null) this.#work = this.#work.then(() => this.#keep(pin, definition));
	}

	/** Kept, so that they can be compared with what was approved. */
	heldInstructions({ pin, text }: HeldInstructions): void {
		if (pin === null || text === null || !this.#mayKeep(text)) return;
		this.#work = this.#work.then(() => keepInstructions(this.#options.home, pin, text, "seen")).catch(() => {});
	}

	/** The server's whole list, as it was sent. */
	listed(tools: readonly unknown[]): void {
		this.#listing.seen(tools);
	}

	/** `reason`: kebab-case. */
	async end(reason: string): Promise<void> {
		const last = new Promise<void>((resolve) => setTimeout(resolve, LAST_MS).unref());
		await Promise.race([Promise.all([this.#work, this.#listing.flush()]), last]);
		this.#publisher.end({ kind: "ended", at: this.#now(), reason });
	}

	async #keep(pin: string, definition: Readonly<Record<string, unknown>>): Promise<void> {
		if (!this.#mayKeep(JSON.stringify(definition))) return;
		await keepDefinition(this.#options.home, pin, definition, "seen").catch(() => {});
	}

	/** Counts it. */
	#mayKeep(text: string): boolean {
		if (this.#definitions >= MOST_DEFINITIONS || this.#isSecret(text)) return false;
		this.#definitions++;
		return true;
	}

	#tell(message: LiveMessage): void {
		this.#publisher.publish(message);
	}

	#now(): string {
		return isoTime(this.#options.clock());
	}

	/** A secret is looked for before the cut, or its first half would stay. */
	#name(text: string): string {
		return messageName(this.#options.redact(text));
	}

	/** True when a resolved secret is in it. What merely looks like one is the server's own word. */
	#isSecret(text: string): boolean {
		const { redact, hasSecrets } = this.#options;
		return hasSecrets && redact(text) !== maskDetected(text);
	}
}
