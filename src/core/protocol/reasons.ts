import { type CommandOption, ourCommand } from "../command-words.ts";
import type { Asks } from "../policy/asks.ts";
import type { MessageLimits } from "../policy/limits.ts";
import { isOfferName } from "../policy/offers.ts";
import { sizeText } from "../policy/sizes.ts";
import { askedAbout, askKindOf, type RefusedThing } from "./asked.ts";
import { isObject } from "./message.ts";

/** What a remedy is for. */
export interface About extends RefusedThing {
	/** The server's name, whole. */
	readonly server: string;
	/** The config file that has to be named, because a person may be elsewhere; undefined: none has to be. */
	readonly file?: string | undefined;
	/** What it is held to, as far as is known. */
	readonly limits: MessageLimits;
	/** How often a minute it may ask, as far as is known. */
	readonly asks: Asks;
}

/** Why one would, and the whole command that does it. Null: nothing that is known would. */
type Remedy = readonly [why: string, command: (about: About) => string | null];

/**
 * Why the relay refused, for people: the audit log holds the key, the person reads the sentence on stderr. None of this
 * is ever sent to the host or the server. `remedy` is empty where nothing needs to be done.
 */
const REASONS = {
	"tool-not-granted": { says: "a tool that is not granted was called", remedy: ["To grant it", allowTool] },
	"tool-changed": { says: "a tool is not what was approved and is withheld", remedy: ["To see what changed", showTool] },
	"tool-duplicate": {
		says: "a tool is listed more than once and is withheld",
		remedy: "Ask the server's makers; no one can say which one would run.",
	},
	"tool-unreadable": { says: "a tool's definition cannot be pinned and is withheld", remedy: "Ask the server's makers." },
	"tool-not-listed": { says: "a granted tool is not listed by the server any more", remedy: ["To review its tools", listTools] },
	"prompt-changed": {
		says: "a prompt is not what was approved and is withheld",
		remedy: ["To see what changed and approve it", allowPrompt],
	},
	"prompt-duplicate": {
		says: "a prompt is listed more than once and is withheld",
		remedy: "Ask the server's makers; no one can say which one would be meant.",
	},
	"prompt-unreadable": { says: "a prompt's definition cannot be pinned and is withheld", remedy: "Ask the server's makers." },
	"prompt-not-listed": { says: "a granted prompt is not listed by the server any more", remedy: "Ask the server's makers." },
	"tool-meta-changed": {
		says: "what stands beside a tool's definition, its _meta, is not what was approved and is left out",
		remedy: ["To approve it as it is now", allowTool],
	},
	"prompt-meta-not-granted": {
		says: "what stands beside a prompt's definition, its _meta, was not approved with it and is left out",
		remedy: ["To approve it as it is now", allowPrompt],
	},
	"instructions-not-granted": {
		says: "the server gives instructions for the model, or says more of itself than short labels, and nobody approved that; it is left out",
		remedy: ["To read and approve them", allowInstructions],
	},
	"instructions-changed": {
		says: "the server's instructions for the model, or what it says of itself beside them, are not what was approved and are left out",
		remedy: ["To see what changed and approve it", allowInstructions],
	},
	"argument-not-allowed": {
		says: "a tool was called with an argument that the policy does not allow",
		remedy: ["To see what it allows", explainTool],
	},
	"not-initialized": {
		says: "a tool was called, or a prompt asked for, before the session was initialized",
		remedy: "Restart the server in the host.",
	},
	"list-failed": {
		says: "the server did not list its tools, or its prompts, so none could be verified",
		remedy: "Restart the server in the host.",
	},
	"session-ended": { says: "the session ended before the server's tools could be verified", remedy: "" },
	"too-many-held": {
		says: "too many requests wait for the server's list of tools, or of prompts",
		remedy: "Restart the server in the host.",
	},
	"too-many-requests": { says: "too many requests are in flight", remedy: ["To let more wait", limit("pending")] },
	"bad-params": { says: "a request has parameters that two programs could read differently", remedy: "" },
	"task-not-granted": { says: "a call asked to run as a task, which is not granted", remedy: "" },
	"input-not-granted": {
		says: "the server asked for input from the person or the model, which is not granted",
		remedy: ["To let it ask you", (about: About) => command("allow", about, [], [["--ask", "elicitation"]])],
	},
	"kind-not-granted": {
		says: "a prompt, a resource or a completion was asked for that is not granted",
		remedy: ["To grant it", allowOffer],
	},
	"unknown-method": { says: "a method that Sallyport does not know was called", remedy: "" },
	"notification-not-granted": { says: "a notification that is not granted was dropped", remedy: "" },
	"server-request-not-granted": {
		says: "the server asked the host for something that is not granted",
		remedy: ["To grant it", allowAsk],
	},
	"too-many-calls": {
		says: "a tool was called more often in a minute than the policy allows",
		remedy: ["To allow twice as many", limit("callsPerMinute")],
	},
	"too-many-session-calls": {
		says: "more was asked of the server in a minute than the policy allows",
		remedy: ["To allow twice as much", limit("sessionCallsPerMinute")],
	},
	"session-calls-used-up": {
		says: "as much was asked of the server as the policy allows for one session",
		remedy: ["To allow twice as much", limit("sessionCalls")],
	},
	"result-too-large": {
		says: "an answer is over the size that the policy allows",
		remedy: ["To allow twice the size", limit("resultSize")],
	},
	"result-cut": {
		says: "an answer is over the size that the policy allows, and was cut",
		remedy: ["To allow twice the size", limit("resultSize")],
	},
	"too-many-asks": {
		says: "the server asked the host for more in a minute than is granted",
		remedy: ["To allow twice as many", allowAsk],
	},
	"host-secret": {
		says: "the host was about to send it a private key or a token that is not its own",
		remedy: ["If it should have such", allowHostSecrets],
	},
	"credential-asked": {
		says: "the server asked the person for a password, a key or a code, which Sallyport does not let through",
		remedy: "Its secrets belong in the vault: write them into its entry as references, which sallyport fix does.",
	},
	"context-asked": {
		says: "the server asked for a model's answer with what other servers said to it, which Sallyport does not let through",
		remedy: "",
	},
	"tools-asked": {
		says: "the server asked for a model's answer with tools of its own, which nobody approved and Sallyport does not let through",
		remedy: "",
	},
	"address-unsafe": {
		says: "the server asked the person to open an address that is none of the web, or that does not lead where it seems to",
		remedy: "",
	},
	"url-asked": { says: "the server asks the person to open an address", remedy: "Look at the address before you open it." },
	"id-reused": { says: "a request reused the id of one that is in flight", remedy: "" },
	"id-reserved": { says: "a request used an id of Sallyport's own", remedy: "" },
	"response-unexpected": { says: "a response that answers no request was dropped", remedy: "" },
	"result-unreadable": {
		says: "the server's answer has a shape that two programs could read differently",
		remedy: "Ask the server's makers.",
	},
	"secret-redacted": {
		says: "the server sent one of its secrets back, and it was taken out of the message",
		remedy: "See what it does with them, and ask its makers.",
	},
	"text-made-visible": {
		says: "the server sent characters that drive a terminal, that nobody sees or that grow over others, which are shown as their codes",
		remedy: "Look at what it sends before you trust it.",
	},
	"line-too-long": { says: "a message over the size limit was dropped", remedy: "" },
	"line-invalid": {
		says: "a line that is no well-formed message was dropped",
		remedy: "A server must print nothing but messages on its standard output.",
	},
	"batch-not-negotiated": { says: "an array of messages came in a session that has none", remedy: "" },
	"audit-failed": {
		says: "the audit log cannot be written, so no call is let through",
		remedy:
			"Make room on the disk: calls go through again by themselves. If the log says log-share-used-up, this session has written a quarter of audit.keepSize: start the server again in the host.",
	},
} as const satisfies Record<string, { readonly says: string; readonly remedy: string | Remedy }>;

export type Reason = keyof typeof REASONS;

/** Every reason of the relay, as the log has it. */
export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[];

/** What a reason of the log says, in words that follow a colon; null for one that is none of the relay's. */
export function saysOf(reason: string): string | null {
	return isReason(reason) ? REASONS[reason].says : null;
}

function isReason(text: string): text is Reason {
	return Object.hasOwn(REASONS, text);
}

/**
 * What a person can do about a refusal. `command` is whole, to be pasted; null: `text` is advice. Null: nothing, or it is none of the relay's reasons.
 */
export function remedyOf(about: About): { readonly text: string; readonly command: string | null } | null {
	const { reason } = about;
	const remedy = isReason(reason) ? REASONS[reason].remedy : "";
	if (typeof remedy === "string") return remedy === "" ? null : { text: remedy, command: null };
	const [text, make] = remedy;
	const whole = make(about);
	return whole === null ? null : { text, command: whole };
}

/** What a person can do where another policy than their own takes something away. Null: that cannot be told by itself. */
export function narrowedRemedyOf(about: About): { readonly text: string; readonly command: string } | null {
	const asked = askedAbout(about);
	if (asked === null) return null;
	const text = "To see it";
	switch (asked.kind) {
		case "tool":
			return { text, command: command("policy explain", about, [asked.name]) };
		case "completions":
		case "instructions":
			return { text, command: command("policy explain", about, [], [[`--${asked.kind}`]]) };
		default:
			return { text, command: command("policy explain", about, [], [[`--${asked.kind}`, asked.name]]) };
	}
}

/**
 * One line for stderr, which ends with a command that can be pasted where there is one. `shown` and `subject` must be safe for a terminal already.
 *
 * @param shown the server's name, perhaps cut
 * @param file the policy, other than the person's own, that decided; null: none
 */
export function describe(reason: Reason, shown: string, subject: string | null, about: About, file: string | null = null): string {
	const what = `${shown}: ${REASONS[reason].says}${subject === null ? "" : ` (${subject})`}.`;
	const narrowed = file === null ? null : narrowedRemedyOf(about);
	if (narrowed !== null) return `${what} ${takenAwayBy(file ?? "", about)} ${narrowed.text}: ${narrowed.command}`;
	const remedy = remedyOf(about);
	if (remedy === null) return what;
	return `${what} ${remedy.command === null ? remedy.text : `${remedy.text}: ${remedy.command}`}`;
}

/** A sentence: which other policy than the person's own refuses it. */
export function takenAwayBy(file: string, { reason }: Pick<RefusedThing, "reason">): string {
	return reason === "argument-not-allowed" ? `${file} does not allow it.` : `${file} takes it away.`;
}

/** With the server's name, and its file where that has to be said. */
function command(verb: string, { server, file }: About, words: readonly string[] = [], options: readonly CommandOption[] = []): string {
	return ourCommand(verb, [server, ...words], file === undefined ? options : [...options, ["--file", file]]);
}

function allowTool(about: About): string {
	return command("tools allow", about, [about.tool ?? "TOOL…"]);
}

function showTool(about: About): string {
	return command("tools show", about, about.tool === null ? [] : [about.tool]);
}

function listTools(about: About): string {
	return command("tools list", about);
}

function allowInstructions(about: About): string {
	return command("tools allow", about, [], [["--instructions"]]);
}

function explainTool(about: About): string {
	return command("policy explain", about, about.tool === null ? [] : [about.tool]);
}

function allowPrompt(about: About): string | null {
	const { name, ref } = isObject(about.given) ? about.given : {};
	const prompt = typeof name === "string" ? name : isObject(ref) && typeof ref.name === "string" ? ref.name : null;
	return prompt === null || !isOfferName(prompt) ? null : command("allow", about, [], [["--prompt", prompt]]);
}

/** By what was asked for. A list of them all is never refused, so that there is always one. */
function allowOffer(about: About): string | null {
	const { method, given } = about;
	const { name, uri, ref } = isObject(given) ? given : {};
	const options = ((): readonly CommandOption[] => {
		if (method === "prompts/get" && typeof name === "string") return [["--prompt", name]];
		if (method?.startsWith("resources/") === true && typeof uri === "string") return [["--resource", uri]];
		if (method !== "completion/complete") return [];
		const { name: prompt, uri: template } = isObject(ref) ? ref : {};
		if (typeof prompt === "string") return [["--completions"], ["--prompt", prompt]];
		return typeof template === "string" ? [["--completions"], ["--template", template]] : [["--completions"]];
	})();
	// What a model wrote is not to become a pattern for everything in a command that a person pastes.
	if (options.length === 0 || options.some(([, value]) => value !== undefined && (!isOfferName(value) || value.includes("*")))) return null;
	return command("allow", about, [], options);
}

function allowHostSecrets(about: About): string | null {
	// Beside calls there is one word for all.
	const tool = about.tool ?? "*";
	return about.tool?.includes("*") === true ? null : command("allow", about, [], [["--host-secrets", tool]]);
}

/** Twice as many as were granted; as many as is usual where none were. */
function allowAsk(about: About): string | null {
	const kind = askKindOf(about.method);
	if (kind === null) return null;
	const perMinute = about.asks[kind];
	return command("allow", about, [], [["--ask", perMinute === undefined ? kind : `${kind}=${2 * perMinute}`]]);
}

/** Twice the limit that decided. Where that is not known, what shows it. */
function limit(name: "pending" | "callsPerMinute" | "sessionCallsPerMinute" | "sessionCalls" | "resultSize"): Remedy[1] {
	return (about) => {
		const { limits } = about;
		const known = name === "resultSize" ? limits.resultBytes : limits[name];
		if (known === undefined) return name === "pending" ? null : command("policy explain", about);
		const twice = name === "resultSize" ? sizeText(2 * known) : String(2 * known);
		return command("allow", about, [], [["--limit", `${name}=${twice}`]]);
	};
}
