import { own } from "../../own.ts";
import { LastOf } from "../last-of.ts";
import type { CommandLine } from "./command-line.ts";
import { partOfWord, type Word } from "./word.ts";

/** An option of `docker run` and its kin. */
export interface ContainerOption {
	/** The long name, without dashes: `volume` for `-v`. */
	readonly name: string;
	/** Empty for a switch. */
	readonly value: string;
	/** The value, or the flag of a switch. */
	readonly word: Word;
}

/** What `docker run`, `podman run` or `nerdctl run` starts. */
export interface ContainerRun {
	readonly options: readonly ContainerOption[];
	/** Null: the line names none. */
	readonly image: Word | null;
	/** What runs in there, its entry point first where the line names one; empty: what the image says. */
	readonly command: readonly Word[];
}

const SHORT: Readonly<Partial<Record<string, string>>> = {
	v: "volume",
	e: "env",
	u: "user",
	p: "publish",
	w: "workdir",
	h: "hostname",
	m: "memory",
	l: "label",
	c: "cpu-shares",
	a: "attach",
	i: "interactive",
	t: "tty",
	d: "detach",
	q: "quiet",
	P: "publish-all",
};
const LONG_ALIASES: Readonly<Partial<Record<string, string>>> = { net: "network", "net-alias": "network-alias" };
const SWITCHES =
	/^(?:interactive|tty|detach|quiet|publish-all|rm|init|privileged|read-only|sig-proxy|no-healthcheck|oom-kill-disable|disable-content-trust|help|replace|no-hosts|rmi|env-host|tls-verify|rootfs|passwd|no-hostname|http-proxy|use-api-socket|unsetenv-all|read-only-tmpfs|no-dns|rosetta|ssh|virtualization)$/;

/** Null for a line that starts no container from an image. */
export function containerRun(line: CommandLine): ContainerRun | null {
	if (!ENGINES.has(line.program)) return null;
	const known = runs.get(line);
	if (known !== undefined) return known;
	const run = readRun(line);
	runs.set(line, run);
	return run;
}

const ENGINES: ReadonlySet<string> = new Set(["docker", "podman", "nerdctl", "finch", "container"]);

/** A part of every line that starts a container: for {@link launchHolds}. */
export const NAMES_ENGINE: readonly string[] = [...ENGINES];

/** Several rules ask for the same. */
const runs = new LastOf<CommandLine, ContainerRun | null>();

function readRun({ words }: CommandLine): ContainerRun | null {
	const start = runAt(words);
	if (start === null) return null;
	const options: ContainerOption[] = [];
	let at = start;
	for (; at < words.length; at++) {
		const word = words[at];
		if (word === undefined || !word.text.startsWith("-") || word.text === "-") break;
		if (word.text === "--") {
			at++;
			break;
		}
		at += word.text.startsWith("--") ? readLong(word, words[at + 1], options) : readShort(word, words[at + 1], options);
	}
	const entrypoint = options.find(({ name, value }) => name === "entrypoint" && value !== "");
	const command = words.slice(at + 1);
	return { options, image: words[at] ?? null, command: entrypoint === undefined ? command : [entrypoint.word, ...command] };
}

/** Where the options of `run` begin: behind `docker --context x run`, `docker container run`. */
function runAt(words: readonly Word[]): number | null {
	for (let i = 1; i < words.length; i++) {
		const text = words[i]?.text ?? "";
		if (text === "run" || text === "create") return i + 1;
		if (text === "container") continue;
		if (!text.startsWith("-")) return null;
		if (/^(?:-c|-H|-l|--context|--config|--host|--log-level|--namespace|--url|--connection|--root|--runroot)$/.test(text)) i++;
	}
	return null;
}

/** How many words it takes besides its own. */
function readLong(word: Word, next: Word | undefined, options: ContainerOption[]): number {
	const equals = word.text.indexOf("=");
	const written = word.text.slice(2, equals < 0 ? undefined : equals);
	const name = own(LONG_ALIASES, written) ?? written;
	if (equals >= 0) {
		const value = word.text.slice(equals + 1);
		options.push({ name, value, word: SWITCHES.test(name) ? word : partOfWord(word, equals + 1, word.text.length) });
		return 0;
	}
	// Nobody knows every switch there is or will be: one that another option follows has no value. A number may be below zero.
	if (SWITCHES.test(name) || next === undefined || /^-(?!\d)./.test(next.text)) {
		options.push({ name, value: "", word });
		return 0;
	}
	options.push({ name, value: next.text, word: next });
	return 1;
}

/** `-it`, `-v /a:/b`, `-eNAME=value`. */
function readShort(word: Word, next: Word | undefined, options: ContainerOption[]): number {
	const { text } = word;
	for (let i = 1; i < text.length; i++) {
		const name = SHORT[text.charAt(i)];
		if (name === undefined) return 0;
		if (SWITCHES.test(name)) {
			options.push({ name, value: "", word });
			continue;
		}
		if (i + 1 < text.length) {
			const from = text.charAt(i + 1) === "=" ? i + 2 : i + 1;
			options.push({ name, value: text.slice(from), word: partOfWord(word, from, text.length) });
			return 0;
		}
		if (next === undefined) return 0;
		options.push({ name, value: next.text, word: next });
		return 1;
	}
	return 0;
}
