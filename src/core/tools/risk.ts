/**
 * What a tool may do, as far as its name, its parameters and its description tell, beside what the server claims in its annotations. All of
 * it is the server's word: this sorts, proposes and warns, and decides nothing.
 */

/** From the least to the most that can go wrong. `read` alone: nothing tells of more. */
export const RISKS = ["read", "write", "destructive", "network", "open-world", "execute"] as const;
export type RiskKind = (typeof RISKS)[number];

export interface Risk {
	readonly kind: RiskKind;
	/** Where it shows: `its name has "delete"`. Safe for people once made plain: words of it are the server's. */
	readonly because: string;
}

export interface ToolRisk {
	/** One of a kind, in the order of `RISKS`; never empty. */
	readonly risks: readonly Risk[];
	/** What the server's annotations say, in words: `only reads`. Empty: they say nothing. */
	readonly claims: readonly string[];
	/** Where the claims and the rest disagree, in sentences. */
	readonly contradictions: readonly string[];
}

/** A tool as it was listed. */
interface Listed {
	readonly name: string;
	readonly definition: Readonly<Record<string, unknown>>;
}

/** Verbs of names, by the worst that they mean. */
const VERBS: Readonly<Record<Exclude<RiskKind, "read">, ReadonlySet<string>>> = {
	write: words(
		`write edit create rename move copy update insert upsert set put post patch push merge commit save append add assign tag label mark archive
		toggle enable disable schedule comment reply close reopen lock unlock subscribe unsubscribe star fork react upload import store record
		configure manage register invite approve reject grant share publish sync migrate clone checkout stash rebase resolve attach submit sign mute pin
		bookmark follow unfollow replace transform apply modify change type click fill select press drag start trigger invoke dispatch launch`,
	),
	destructive: words(
		`delete remove destroy drop truncate purge wipe erase reset clear kill terminate revoke overwrite unlink rm rmdir uninstall cancel expire flush
		evict prune discard revert rollback force shutdown stop restart reboot format detach ban block transfer pay purchase buy sell trade withdraw refund
		charge order`,
	),
	network: words(
		`fetch download browse navigate crawl scrape http https webhook curl wget ping url visit goto dns resolve_dns whois connect upload publish send email mail
		sms message notify tweet broadcast post`,
	),
	"open-world": words(
		`search_web web internet browse crawl scrape navigate google bing tweet slack discord email mail sms telegram whatsapp`,
	),
	execute: words(
		`exec execute run eval evaluate shell bash sh powershell cmd command script spawn python javascript js code repl terminal console sudo ssh install
		deploy build compile docker kubectl terraform`,
	),
};

/** Parameters by which a caller says what is to be done. */
const PARAMETERS: Readonly<Record<string, RiskKind>> = {
	command: "execute",
	commands: "execute",
	cmd: "execute",
	script: "execute",
	code: "execute",
	expression: "execute",
	shell: "execute",
	sql: "write",
	statement: "write",
	url: "network",
	urls: "network",
	uri: "network",
	endpoint: "network",
	webhook: "network",
	host: "network",
	hostname: "network",
	recipient: "open-world",
	recipients: "open-world",
	force: "destructive",
	recursive: "destructive",
	overwrite: "destructive",
};

/** Phrases of descriptions, in small letters. */
const PHRASES: readonly (readonly [RegExp, RiskKind])[] = [
	[
		/\b(?:permanently|irreversibl[ey]|cannot be undone|can't be undone|destructive|deletes?|removes?|overwrit(?:es?|ing)|drops?|wipes?|erases?)\b/,
		"destructive",
	],
	[
		/\b(?:writes?|creates?|updates?|modif(?:y|ies)|edits?|inserts?|saves?|appends?|renames?|moves?|uploads?|commits?|merges?|publishes)\b/,
		"write",
	],
	[
		/\b(?:executes?|runs? (?:an? |the |any |arbitrary |some )?(?:\w+ )?(?:commands?|code|scripts?|quer(?:y|ies)|programs?|process(?:es)?)|evaluates?|shell commands?|arbitrary (?:code|commands?)|subprocess)\b/,
		"execute",
	],
	[
		/\b(?:https? requests?|fetch(?:es)? (?:an? |the )?(?:\w+ )?(?:urls?|web ?pages?|pages?|content)|from (?:an? |the )?urls?|downloads?|sends? (?:an? )?(?:e-?mails?|messages?|notifications?|requests?))\b/,
		"network",
	],
	[
		/\b(?:the (?:web|internet)|web search|search(?:es)? the web|any (?:url|website|web ?page)|external (?:service|api|system)s?)\b/,
		"open-world",
	],
];

/** A claim of the annotations, and what true and false say. */
const CLAIMS: readonly (readonly [string, string, string])[] = [
	["readOnlyHint", "only reads", "changes things"],
	["destructiveHint", "may destroy", "destroys nothing"],
	["idempotentHint", "may be repeated", "not to be repeated"],
	["openWorldHint", "reaches outside", "stays inside"],
];

/** Words in a tool's name that mean more than reading, whatever its annotations say. */
const ACTS =
	/(?:^|[^a-z])(?:write|edit|create|delete|remove|rename|move|copy|update|insert|upsert|set|put|post|patch|push|merge|commit|send|publish|upload|install|exec|execute|run|eval|shell|spawn|kill|drop|truncate|grant|revoke|toggle|enable|disable|trigger|start|stop|restart|deploy|approve|cancel|close|open|pay|transfer|purchase|invite|add|append|save|modify|replace|restore|assign|configure|manage|submit|reply|fork|rebase|revert|subscribe|unsubscribe|clear|reset|import|download|fetch|browse|navigate|click|type|simulate)(?:$|[^a-z])/;

/** True for a member of `annotations` that `claims` says in words. */
export function isClaim(hint: string, says: unknown): boolean {
	return typeof says === "boolean" && CLAIMS.some(([name]) => name === hint);
}

/** Characters of a description that are looked at: what stands behind them nobody reads before he agrees. */
const DESCRIPTION = 20_000;

export function riskOf(tool: Listed): ToolRisk {
	const found = new Map<RiskKind, string>();
	const note = (kind: RiskKind, because: string): void => {
		if (!found.has(kind)) found.set(kind, because);
	};
	for (const word of actingWords(tool.name))
		for (const kind of RISKS) if (kind !== "read" && VERBS[kind].has(word)) note(kind, `its name has "${word}"`);
	for (const parameter of parametersOf(tool.definition)) {
		const kind = Object.hasOwn(PARAMETERS, parameter.toLowerCase()) ? PARAMETERS[parameter.toLowerCase()] : undefined;
		if (kind !== undefined) note(kind, `it takes "${parameter}"`);
	}
	const { description } = tool.definition;
	if (typeof description === "string") {
		const text = description.slice(0, DESCRIPTION).toLowerCase();
		const reads = actingWords(tool.name).length === 0;
		for (const [phrase, kind] of PHRASES) {
			// What is read often has the name of a deed: `commits`, `updates`.
			if (reads && kind === "write") continue;
			const said = phrase.exec(text)?.[0];
			if (said !== undefined && !isDenied(text, said)) note(kind, `its description has "${said}"`);
		}
	}
	const hints = hintsOf(tool.definition);
	if (hints.get("readOnlyHint") === false) note("write", "the server says so");
	if (hints.get("destructiveHint") === true) note("destructive", "the server says so");
	if (hints.get("openWorldHint") === true) note("open-world", "the server says so");
	const risks = RISKS.flatMap((kind) => {
		const because = found.get(kind);
		return because === undefined ? [] : [{ kind, because }];
	});
	return {
		risks: risks.length === 0 ? [{ kind: "read", because: "nothing tells of more" }] : risks,
		claims: CLAIMS.flatMap(([hint, yes, no]) => {
			const said = hints.get(hint);
			return said === undefined ? [] : [said ? yes : no];
		}),
		contradictions: contradictions(hints, found),
	};
}

function contradictions(hints: ReadonlyMap<string, boolean>, found: ReadonlyMap<RiskKind, string>): readonly string[] {
	const because = (...kinds: readonly RiskKind[]): string | null =>
		kinds.map((kind) => found.get(kind)).find((each) => each !== undefined) ?? null;
	const sentences: string[] = [];
	const acts = because("execute", "destructive", "write");
	if (hints.get("readOnlyHint") === true && acts !== null) sentences.push(`It says that it only reads, but ${acts}.`);
	const destroys = because("destructive");
	if (hints.get("destructiveHint") === false && destroys !== null) sentences.push(`It says that it destroys nothing, but ${destroys}.`);
	if (hints.get("readOnlyHint") === true && hints.get("destructiveHint") === true)
		sentences.push("It says that it only reads, and that it may destroy.");
	const reaches = because("open-world", "network");
	if (hints.get("openWorldHint") === false && reaches !== null) sentences.push(`It says that it stays inside, but ${reaches}.`);
	return sentences;
}

/**
 * True when a tool only reads, as far as can be told: it claims to, and neither another claim nor its name, parameters or description says
 * otherwise.
 */
export function claimsToRead(tool: Listed): boolean {
	const hints = hintsOf(tool.definition);
	if (hints.get("readOnlyHint") !== true || hints.get("destructiveHint") === true || hints.get("openWorldHint") === true) return false;
	return !namesAnAct(tool.name) && riskOf(tool).contradictions.length === 0;
}

/** True when a tool's name, or a word of one, means more than reading. */
export function namesAnAct(name: string): boolean {
	return ACTS.test(name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase());
}

/** One of these first, and what follows is what is read: `get_order`, `list_comments`. */
const READING = words(
	"get list read search find query describe show view check count lookup status explain inspect summarize compare diff retrieve fetch",
);

/** The words of a name that may be what the tool does. `get_or_create` does both. */
function actingWords(name: string): readonly string[] {
	const parts = wordsOf(name);
	const [first = ""] = parts;
	if (!READING.has(first)) return parts;
	const joined = parts.findIndex((part) => part === "or" || part === "and" || part === "then");
	return first === "fetch" ? ["fetch"] : joined < 0 ? [] : parts.slice(joined);
}

/** `createIssue`, `create_issue`, `create-issue` → create, issue. */
function wordsOf(name: string): readonly string[] {
	return name
		.slice(0, 256)
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== "");
}

function parametersOf({ inputSchema }: Listed["definition"]): readonly string[] {
	if (typeof inputSchema !== "object" || inputSchema === null || !("properties" in inputSchema)) return [];
	const { properties } = inputSchema;
	return typeof properties === "object" && properties !== null ? Object.keys(properties).slice(0, 1000) : [];
}

/** `does not modify`, `without deleting`: what is denied is no sign of it. Only where the first place of the phrase is denied. */
function isDenied(text: string, said: string): boolean {
	const before = text.slice(Math.max(0, text.indexOf(said) - 24), text.indexOf(said));
	return /\b(?:not|never|no|without|n't|cannot|neither|nor)\b[^.;]*$/.test(before);
}

/** The hints that are true or false; anything else is no hint. */
function hintsOf({ annotations }: Listed["definition"]): ReadonlyMap<string, boolean> {
	if (typeof annotations !== "object" || annotations === null) return new Map();
	return new Map(Object.entries(annotations).filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean"));
}

function words(text: string): ReadonlySet<string> {
	return new Set(text.split(/\s+/).filter((word) => word !== ""));
}
