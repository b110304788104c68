import { utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import { sha256Hex } from "../sha256.ts";
import { isObject, type JsonObject } from "./message.ts";
import { Meta, TASKS_EXTENSION } from "./meta.ts";

/**
 * What a server says of itself in its answer to `initialize` or `server/discover`, beyond what a host needs to speak with it. Hosts hand some of it
 * to the model, and show or fetch the rest, before anybody has asked the server for anything.
 */
export interface OwnWords {
	/** What it says for the model. Null: nothing, or no text. */
	readonly instructions: string | null;
	/**
	 * What stands beside that, each value at its place in the answer: of `serverInfo` all but short labels, of `capabilities` what the protocol does
	 * not know. Empty: nothing.
	 */
	readonly beside: JsonObject;
}

/** Characters of a label, and of a version, that pass as they are. In them there is little room for words to a model. */
const MOST_LABEL = 100;
/** Characters of an image in the text itself that a person is shown as they are: nobody reads more of one. */
const MOST_IMAGE = 200;

const SERVER_INFO = "serverInfo";
const CAPABILITIES = "capabilities";
/** Kinds of which a server says only whether it has them, and what of them. */
const KINDS: ReadonlySet<string> = new Set(["tools", "prompts", "resources", "completions", "logging", "tasks"]);
/** `example.org/ui` */
const NAME = /^[\w.-]{1,60}(?:\/[\w.-]{1,60})?$/;
/** `listChanged` */
const OPTION = /^[A-Za-z]{1,30}$/;
const VERSION = /^[\w.-]{1,40}$/;

/** Takes secrets out of a text. */
export type Clean = (text: string) => string;

/** True for one line that is short enough to pass as it is. */
export function isLabel(value: unknown): value is string {
	return typeof value === "string" && value.length <= MOST_LABEL && !/[\r\n\u0085\u2028\u2029]/.test(value);
}

/** The beginning of a name that is none, as far as it may pass. */
export function labelOf(value: string): string {
	const [line = ""] = value.slice(0, MOST_LABEL).split(/[\r\n\u0085\u2028\u2029]/);
	return `${line.slice(0, MOST_LABEL - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** True for what of `serverInfo` passes, whatever a person approved. */
export function isPlainInfo(key: string, value: unknown): boolean {
	return (key === "name" || key === "version" || key === "title") && isLabel(value);
}

/** True for a capability that says only that there is one. */
function isPlainCapability(key: string, value: unknown): boolean {
	return isObject(value) && hasPlace(key) && Object.entries(value).every(([each, what]) => isPlainOption(key, each, what));
}

/** True for a kind of capabilities that the protocol knows. */
export function hasPlace(kind: string): boolean {
	return KINDS.has(kind) || isOfOthers(kind);
}

/** Of a kind that the protocol knows, true for a member that says only that there is something: of what others have added to it, the name. */
export function isPlainOption(kind: string, key: string, value: unknown): boolean {
	if (!isOfOthers(kind)) return OPTION.test(key) && saysNothing(value);
	// Tasks are never passed on, whatever is said of them.
	return (
		(isObject(value) && NAME.test(key) && Object.entries(value).every(([each, what]) => OPTION.test(each) && saysNothing(what))) ||
		(kind === "extensions" && key === TASKS_EXTENSION)
	);
}

function isOfOthers(kind: string): boolean {
	return kind === "experimental" || kind === "extensions";
}

/** True for a value that holds no text. */
function saysNothing(value: unknown): boolean {
	return value === null || typeof value === "boolean" || typeof value === "number";
}

/** False for an answer whose versions of the protocol are none, but other words. */
export function hasPlainVersions({ protocolVersion, supportedVersions = [] }: JsonObject): boolean {
	const isVersion = (each: unknown): boolean => typeof each === "string" && VERSION.test(each);
	return (
		(protocolVersion === undefined || isVersion(protocolVersion)) && Array.isArray(supportedVersions) && supportedVersions.every(isVersion)
	);
}

/** What an answer to `initialize` or `server/discover` says. */
export function ownWords(result: JsonObject): OwnWords {
	const { instructions, capabilities, serverInfo, _meta: meta } = result;
	const inMeta = isObject(meta) ? meta[Meta.serverInfo] : undefined;
	const info = left(serverInfo, isPlainInfo);
	const other = left(inMeta, isPlainInfo);
	const can = left(capabilities, isPlainCapability);
	return {
		instructions: typeof instructions === "string" && instructions !== "" ? instructions : null,
		beside: {
			...(info === null ? {} : { [SERVER_INFO]: info }),
			...(other === null ? {} : { [Meta.serverInfo]: other }),
			...(can === null ? {} : { [CAPABILITIES]: can }),
		},
	};
}

/** Null: nothing is left. */
function left(value: unknown, isPlain: (key: string, value: unknown) => boolean): JsonObject | null {
	if (!isObject(value)) return null;
	const members = Object.entries(value).filter(([key, each]) => !isPlain(key, each));
	return members.length === 0 ? null : Object.fromEntries(members);
}

/** Begins what a server says where that is more than instructions. Instructions of that beginning are written in this way, too. */
const HEAD = "Beside its instructions:";
const FOOT = "Its instructions:";

/**
 * All that a server says of itself as one text, which a person reads and approves, and of which the pin is made: its instructions as they are; where
 * there is anything beside them, first that, as JSON. Two servers that say different things have different texts. Null: it says nothing, or what has
 * no one reading.
 */
export function ownWordsText({ instructions, beside }: OwnWords): string | null {
	const hasMore = Object.keys(beside).length > 0;
	if (!hasMore && instructions?.startsWith(HEAD) !== true) return instructions;
	const json = readable(beside);
	return json === null ? null : `${HEAD}\n${json}\n\n${FOOT}\n${instructions ?? "(none)"}`;
}

/** Keys in order, a line each. No line of it is empty: what it says cannot be taken for what follows. */
function readable(beside: JsonObject): string | null {
	try {
		const ordered: unknown = JSON.parse(canonicalize(beside) ?? "");
		return JSON.stringify(ordered, (_, value: unknown) => (typeof value === "string" ? shortImage(value) : value), 2);
	} catch {
		return null;
	}
}

/** An image's bytes by their digest. */
function shortImage(text: string): string {
	if (text.length <= MOST_IMAGE || !/^data:image\/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=]*$/.test(text)) return text;
	return `${text.slice(0, text.indexOf(",") + 1)}… (${text.length} characters, sha256:${sha256Hex(utf8ToBytes(text))})`;
}
