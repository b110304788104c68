import { ourCommand } from "../core/command-words.ts";
import { plain } from "../core/plain-text.ts";
import type { BlockedPath } from "../platform/sandbox/blocked.ts";
import type { BubblewrapOptions } from "../platform/sandbox/bubblewrap.ts";
import type { SandboxProfile } from "../platform/sandbox/engine.ts";

export interface BlockedPathsOptions {
	readonly server: string;
	readonly profile: Pick<SandboxProfile, "read" | "write" | "egress" | "cwd">;
	readonly engine: BubblewrapOptions;
	/** Resolves when the server's text can be redacted. Nothing is told before. */
	readonly ready: () => Promise<unknown>;
	/** One sentence for the person, without its line break. */
	readonly say: (text: string) => void;
	/** Told of each path once. */
	readonly onBlocked: (blocked: BlockedPath) => void;
	/** Told of each place, `host:port`, that a server without a network says it could not reach, once. Empty: it names none. */
	readonly onNoNetwork: (target: string) => void;
}

/** Paths that are told of in one session. */
const MOST = 50;
/** Bytes at which a read, or a line so far, is a part of something longer: errors are short, and large results are not looked through. */
const LONGEST = 64 * 1024;
const NEWLINE = 10;

/** One of these is in every error that speaks of a path. */
const SIGNS = /ENOENT|annot find module|EACCES|EPERM|EROFS|o such file or|ermission denied|ot permitted|ead-only file/;

/** The same of a network that is not there. */
const NETWORK_SIGNS = /fetch failed|name resolution|etwork is unreachable|EAI_AGAIN|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|ould not resolve/;

/**
 * Turns what a server could not use into a sentence: it hears what the server says, and is told what the sandbox kept back. Nothing
 * waits for it.
 */
export class BlockedPaths {
	readonly #options: BlockedPathsOptions;
	readonly #told = new Set<string>();
	/** Bytes of the line that is not at its end. */
	#sinceEnd = 0;

	constructor(options: BlockedPathsOptions) {
		this.#options = options;
	}

	/** Something that the server said, to the host or on stderr. */
	heard(said: Buffer | string): void {
		if (this.#told.size >= MOST || this.#isLong(said)) return;
		// One look in native code for all of them. They are ASCII, so it does not matter what the other bytes are taken for.
		const shown = typeof said === "string" ? said : said.toString("latin1");
		const ofPaths = SIGNS.test(shown);
		const ofNetwork = this.#options.profile.egress.length === 0 && NETWORK_SIGNS.test(shown);
		if (!ofPaths && !ofNetwork) return;
		const text = said.toString();
		if (ofPaths) setImmediate(() => void this.#look(text));
		if (ofNetwork) setImmediate(() => void this.#lookForNetwork(text));
	}

	/** True in the midst of a line that is longer than errors are. */
	#isLong(said: Buffer | string): boolean {
		if (typeof said === "string") return said.length >= LONGEST;
		const end = said.lastIndexOf(NEWLINE);
		this.#sinceEnd = end === -1 ? this.#sinceEnd + said.length : said.length - end - 1;
		return said.length >= LONGEST || this.#sinceEnd >= LONGEST;
	}

	/** Something that the sandbox saw for itself. */
	blocked(blocked: BlockedPath): void {
		const { path, access } = blocked;
		const key = `${access} ${path}`;
		if (this.#told.has(key) || this.#told.size >= MOST) return;
		this.#told.add(key);
		const { server, ready, say, onBlocked } = this.#options;
		void ready().then(() => {
			say(sentence(server, blocked));
			onBlocked(blocked);
		});
	}

	async #lookForNetwork(text: string): Promise<void> {
		const { networkErrors } = await import("../core/policy/network-errors.ts");
		await this.#options.ready();
		for (const target of networkErrors(text)) {
			const key = `network ${target}`;
			if (this.#told.has(key) || this.#told.size >= MOST) continue;
			this.#told.add(key);
			this.#options.onNoNetwork(target);
		}
	}

	async #look(text: string): Promise<void> {
		const [{ pathErrors }, { whyBlocked }] = await Promise.all([
			import("../core/policy/path-errors.ts"),
			import("../platform/sandbox/blocked.ts"),
		]);
		for (const error of pathErrors(text)) {
			const blocked = whyBlocked(error, this.#options.profile, this.#options.engine);
			if (blocked !== null) this.blocked(blocked);
		}
	}
}

function sentence(server: string, { path, access, reason }: BlockedPath): string {
	const where = plain(path);
	switch (reason) {
		case "not-granted":
			return `it tried to ${access} ${where}, which is not granted. If it should: ${ourCommand("allow", [server], [[`--${access}`, path]])}`;
		case "absent":
			return `it looked for a file that is not there, or tried to make one, in ${where}, which is not granted. If it should write there: ${ourCommand("allow", [server], [["--write", path]])}`;
		case "protected":
			return `it tried to ${access} ${where}, which no server may ${access}.`;
		case "appeared":
			return `${where} appeared in a folder that it may read, and no server may see it: it is stopped. Start it again in the host.`;
		case "lost":
			return `the granted folder ${where} was removed, or cannot be followed: it is stopped. Start it again in the host.`;
		case "link":
			return `it made the link ${where}, which was not passed on: programs outside would follow it.`;
		case "special":
			return `it made ${where}, which is neither a file nor a folder and was not passed on.`;
		case "too-deep":
		case "too-large":
			return `it made ${where}, which is too large or too deep, and was not passed on.`;
		case "unwritable":
			return `it wrote ${where}, which could not be passed on: you may not write it yourself, or the disk is full.`;
	}
}
