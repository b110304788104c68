import { shellWord, withName } from "../plain-text.ts";

/**
 * Why the relay refused, for people: the audit log holds the key, the person reads the sentence on stderr. None of this
 * is ever sent to the host or the server. `remedy` is empty where nothing needs to be done.
 */
const REASONS = {
	"tool-not-granted": { says: "a tool that is not granted was called", remedy: "To grant it: sallyport tools allow NAME TOOL" },
	"tool-changed": { says: "a tool is not what was approved and is withheld", remedy: "To review it: sallyport tools list NAME" },
	"tool-duplicate": {
		says: "a tool is listed more than once and is withheld",
		remedy: "Ask the server's makers; no one can say which one would run.",
	},
	"tool-unreadable": { says: "a tool's definition cannot be pinned and is withheld", remedy: "Ask the server's makers." },
	"tool-not-listed": {
		says: "a granted tool is not listed by the server any more",
		remedy: "To review its tools: sallyport tools list NAME",
	},
	"prompt-changed": {
		says: "a prompt is not what was approved and is withheld",
		remedy: "To see what changed and approve it: sallyport allow NAME --prompt TOOL",
	},
	"prompt-duplicate": {
		says: "a prompt is listed more than once and is withheld",
		remedy: "Ask the server's makers; no one can say which one would be meant.",
	},
	"prompt-unreadable": { says: "a prompt's definition cannot be pinned and is withheld", remedy: "Ask the server's makers." },
	"prompt-not-listed": { says: "a granted prompt is not listed by the server any more", remedy: "Ask the server's makers." },
	"tool-meta-changed": {
		says: "what stands beside a tool's definition, its _meta, is not what was approved and is left out",
		remedy: "To approve it as it is now: sallyport tools allow NAME TOOL",
	},
	"instructions-not-granted": {
		says: "the server gives instructions for the model that nobody approved, and they are left out",
		remedy: "To read and approve them: sallyport tools allow NAME --instructions",
	},
	"instructions-changed": {
		says: "the server's instructions for the model are not what was approved and are left out",
		remedy: "To see what changed and approve it: sallyport tools allow NAME --instructions",
	},
	"argument-not-allowed": {
		says: "a tool was called with an argument that the policy does not allow",
		remedy: "To see what it allows: sallyport policy explain NAME TOOL",
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
	"too-many-requests": { says: "too many requests are in flight", remedy: "Restart the server in the host." },
	"bad-params": { says: "a request has parameters that two programs could read differently", remedy: "" },
	"task-not-granted": { says: "a call asked to run as a task, which is not granted", remedy: "" },
	"input-not-granted": { says: "the server asked for input from the person or the model, which is not granted", remedy: "" },
	"kind-not-granted": {
		says: "a prompt, a resource or a completion was asked for that is not granted",
		remedy: "To grant it: sallyport allow NAME --prompt, --resource or --completions",
	},
	"unknown-method": { says: "a method that Sallyport does not know was called", remedy: "" },
	"notification-not-granted": { says: "a notification that is not granted was dropped", remedy: "" },
	"server-request-not-granted": { says: "the server asked the host for something that is not granted", remedy: "" },
	"too-many-calls": {
		says: "a tool was called more often in a minute than the policy allows",
		remedy: "To change it: sallyport allow NAME --limit callsPerMinute=120",
	},
	"result-too-large": {
		says: "an answer is over the size that the policy allows",
		remedy: "To change it: sallyport allow NAME --limit resultSize=4MiB, or overlong=cut",
	},
	"result-cut": { says: "an answer is over the size that the policy allows, and was cut", remedy: "" },
	"too-many-asks": {
		says: "the server asked the host for more in a minute than is granted",
		remedy: "To change it: sallyport allow NAME --ask sampling=20",
	},
	"host-secret": {
		says: "the host was about to send it a private key or a token that is not its own",
		remedy: "If it should have such: sallyport allow NAME --host-secrets TOOL",
	},
	"credential-asked": {
		says: "the server asked the person for a password, a key or a code, which Sallyport does not let through",
		remedy: "Give it its secrets through the vault: sallyport allow NAME --secret",
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
		says: "the server sent characters that drive a terminal or that nobody sees, which are shown as their codes",
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
		remedy: "Make room on the disk, then restart the server in the host.",
	},
} as const satisfies Record<string, { readonly says: string; readonly remedy: string }>;

export type Reason = keyof typeof REASONS;

/** What a reason of the log says, in words that follow a colon; null for one that is none of the relay's. */
export function saysOf(reason: string): string | null {
	return isReason(reason) ? REASONS[reason].says : null;
}

function isReason(text: string): text is Reason {
	return Object.hasOwn(REASONS, text);
}

/**
 * One line for stderr. All texts must be safe for a terminal already.
 *
 * @param tool whose name the remedy has; undefined: the subject
 */
export function describe(reason: Reason, server: string, subject: string | null, tool: string | null = subject): string {
	const { says, remedy: form } = REASONS[reason];
	const remedy = withName(tool === null ? form : form.replace(/\bTOOL\b/, () => shellWord(tool)), server);
	const about = subject === null ? "" : ` (${subject})`;
	return `${server}: ${says}${about}.${remedy === "" ? "" : ` ${remedy}${remedy.endsWith(".") ? "" : "."}`}`;
}
