import { hiddenCharacters, mayHideCharacters } from "../hidden-characters.ts";
import { normalized } from "../normalized.ts";
import { TWIN_LETTERS } from "../twin-letters.ts";
import type { PhraseKind } from "./foreign-phrases.ts";
import { foreignPhrases } from "./foreign-words.ts";

/**
 * Where the texts of a tool speak to the model rather than of the tool, name credentials or other tools, or hide something: a reason for a
 * person to look closely before they allow it. It goes by words, English ones and the plainest of seventeen other languages, and decides nothing: other words get through, and an honest
 * tool may use these.
 */

export interface Suspicion {
	readonly kind: "hidden" | "out-of-sight" | "markup" | "secrecy" | "override" | "order" | "conversation" | "credentials" | "other-tool";
	/** `its description tells the model to keep something from you ("do not tell the user")`. Words of it are the server's: make it plain. */
	readonly because: string;
}

/** A tool as it was listed. */
interface Listed {
	readonly name: string;
	readonly definition: Readonly<Record<string, unknown>>;
}

/** Characters of one definition, values and keys together, that are looked at. What is longer is said to be. */
const MOST = 1_000_000;
/** How deep. */
const MOST_DEPTH = 64;

/**
 * One of a kind, in a fixed order; empty: nothing.
 *
 * @param others names of tools of other servers. Those that are a plain word, such as `search`, are passed over.
 */
export function suspicionsOf(tool: Listed, others: ReadonlySet<string> = new Set()): readonly Suspicion[] {
	const found = new Map<Suspicion["kind"], string>();
	const foreign = new Map([...others].filter(isTelling).map((name) => [name.toLowerCase(), name]));
	let room = MOST;
	for (const { place, text } of textsOf(tool.definition)) {
		if (text === null) {
			if (!found.has("out-of-sight")) found.set("out-of-sight", `${place} is nested deeper than anybody reads`);
			continue;
		}
		const looked = text.slice(0, Math.max(0, room));
		room -= text.length;
		for (const { kind, because } of inText(looked, foreign)) if (!found.has(kind)) found.set(kind, `${place} ${because}`);
		if (room < 0) {
			if (!found.has("out-of-sight")) found.set("out-of-sight", "its definition is longer than anybody reads");
			break;
		}
	}
	return KINDS.flatMap((kind) => {
		const because = found.get(kind);
		return because === undefined ? [] : [{ kind, because }];
	});
}

/** In the order in which they are told. */
const KINDS: readonly Suspicion["kind"][] = [
	"hidden",
	"out-of-sight",
	"markup",
	"secrecy",
	"override",
	"order",
	"conversation",
	"credentials",
	"other-tool",
];

interface PlacedText {
	/** `its description` */
	readonly place: string;
	/** Null: what stands there lies too deep to be looked at. */
	readonly text: string | null;
}

/** Every text that a model could read, keys too. What stands in `_meta` is for hosts. */
function* textsOf(definition: Listed["definition"]): Generator<PlacedText> {
	for (const [key, value] of Object.entries(definition)) {
		if (key === "_meta") continue;
		const place =
			key === "inputSchema"
				? "a parameter"
				: key === "outputSchema"
					? "what it says of its results"
					: `its ${PARTS.get(key) ?? "definition"}`;
		yield* textsIn(place, value, 0);
	}
}

const PARTS: ReadonlyMap<string, string> = new Map([
	["name", "name"],
	["title", "title"],
	["description", "description"],
	["annotations", "annotations"],
]);

function* textsIn(place: string, value: unknown, depth: number): Generator<PlacedText> {
	if (typeof value === "string") yield { place, text: value };
	else if (typeof value === "object" && value !== null && depth >= MOST_DEPTH) yield { place, text: null };
	else if (typeof value === "object" && value !== null)
		for (const [key, each] of Object.entries(value)) {
			if (!Array.isArray(value)) yield { place, text: key };
			yield* textsIn(place, each, depth + 1);
		}
}

function* inText(text: string, foreign: ReadonlyMap<string, string>): Generator<Suspicion> {
	if (mayHideCharacters(text) && hiddenCharacters(text, 1).length > 0) yield { kind: "hidden", because: "has characters that nobody sees" };
	else if (TWO_ALPHABETS.test(text)) yield { kind: "hidden", because: "has words with letters of two alphabets" };
	if (OUT_OF_SIGHT.test(text)) yield { kind: "out-of-sight", because: "has so many blanks that what follows is out of sight" };
	const folded = fold(text);
	const tag = MARKUP.exec(folded)?.[0];
	if (tag !== undefined) yield { kind: "markup", because: `has marks as for a model ("${tag}")` };
	const words = wordsOf(folded);
	for (const { kind, says, steps } of PHRASES) {
		const phrase = follows(words, steps);
		if (phrase !== null) yield { kind, because: `${says} ("${phrase}")` };
	}
	for (const { kind, start, end } of foreignPhrases(folded, words, fold))
		yield { kind, because: `${SAYS[kind]} ("${quoted(folded.slice(start, end))}")` };
	const place = CREDENTIALS.exec(folded)?.[0];
	if (place !== undefined) yield { kind: "credentials", because: `names a place of credentials ("${place.trim()}")` };
	if (foreign.size > 0)
		for (const { text: word } of words) {
			const name = foreign.get(word);
			if (name === undefined) continue;
			yield { kind: "other-tool", because: `names a tool of another server ("${quoted(name)}")` };
			break;
		}
}

const TWO_ALPHABETS = /\p{sc=Latin}[\p{sc=Cyrillic}\p{sc=Greek}]|[\p{sc=Cyrillic}\p{sc=Greek}]\p{sc=Latin}/u;
/** Blanks, or empty lines, that push what follows beyond a screen. */
const OUT_OF_SIGHT = /[ \t\u00a0\u2000-\u200a\u3000]{60}\S|(?:\n[ \t\r]{0,8}){20}\S/;

/** Tags and marks that templates of models have, or that pass for such. A placeholder such as `<url>` is none. */
const MARKUP =
	/<\/?(?:important|system|sys|instructions?|secrets?|hidden|critical|assistant|override|tool_call|function_calls?|tool_response|im_start|im_end)\b[^<>\n]{0,40}>|<\|[a-z_]{2,24}\|>|\[\/?(?:inst|system)\]|<<\/?sys>>|<!--/;

/** Files and folders in which people and their programs keep credentials. */
const CREDENTIALS =
	/\.ssh\b|(?<![a-z0-9])id_(?:rsa|ed25519|ecdsa|dsa)\b|(?:^|[\s/"'`(])\.env\b|\.aws\/|\.(?:npmrc|netrc|pypirc|git-credentials|pgpass|gnupg|kube|bash_history|zsh_history)\b|\.docker\/config|\/etc\/(?:passwd|shadow|sudoers)\b|\bauthorized_keys\b|\bmcp\.json\b|\bclaude_desktop_config\b|\.claude\.json\b|\blogin\.keychain\b/;

const SAYS: Readonly<Record<PhraseKind, string>> = {
	secrecy: "tells the model to keep something from you",
	override: "tells the model what to think of its other instructions",
	order: "tells the model what to do before or instead of something else",
	conversation: "asks for what was said before",
};

/** Sets of words that follow one another, each within so many words of the one before. */
interface Phrase {
	readonly kind: Suspicion["kind"];
	readonly says: string;
	readonly steps: readonly ReadonlySet<string>[];
}

const REACH = 6;

const NOT = "dont never mustnt shouldnt cannot wont without avoid refrain";
const PEOPLE = "user users human humans person people anyone anybody operator customer owner";
const TELL =
	"tell telling mention mentioning inform informing notify notifying reveal revealing disclose disclosing alert alerting warn warning show showing explain explaining say saying report reporting";
const TOOLS = "tool tools function functions";
const CALLS = "use using used call calling called invoke invoking run running execute executing answering responding replying";

const PHRASES: readonly Phrase[] = [
	phrase("secrecy", "tells the model to keep something from you", NOT, TELL, PEOPLE),
	phrase("secrecy", "tells the model to keep something from you", "hide keep conceal withhold hidden secret", "from", PEOPLE),
	phrase("secrecy", "tells the model to keep something from you", PEOPLE, "mustnt shouldnt dont never", "know see notice learn aware find"),
	phrase(
		"secrecy",
		"tells the model to keep something from you",
		"dont never without",
		"mention mentioning reveal revealing disclose disclosing",
	),
	phrase(
		"secrecy",
		"tells the model to keep something from you",
		"silently secretly covertly discreetly",
		"send read include add forward copy pass call use append write attach",
	),
	phrase(
		"override",
		"tells the model what to think of its other instructions",
		"ignore disregard forget override bypass supersede supersedes overrides",
		"previous prior earlier preceding above foregoing all other any your existing",
		"instruction instructions prompt prompts guidelines directives directions guardrails",
	),
	phrase(
		"override",
		"tells the model what to think of its other instructions",
		"ignore disregard override bypass reveal print repeat",
		"system developer",
		"prompt prompts message messages instructions",
	),
	phrase("override", "tells the model what it is", "you", "are", "now", "a an the in no not longer"),
	phrase(
		"order",
		"tells the model what to do before or instead of something else",
		"before",
		CALLS,
		"this any other another the all every",
		TOOLS,
	),
	phrase("order", "tells the model what to do before or instead of something else", "before", "use"),
	phrase(
		"order",
		"tells the model what to do before or instead of something else",
		"before first instead rather prior",
		"any all every other another",
		TOOLS,
	),
	phrase(
		"order",
		"tells the model what to do in other cases",
		"whenever when if after",
		"other another any",
		TOOLS,
		"called used invoked runs present available",
	),
	phrase(
		"order",
		"tells the model what to do with a file",
		"read open access cat load fetch",
		"file files contents content",
		"pass provide include put send place append attach",
		"as in to into",
	),
	phrase(
		"conversation",
		"asks for what was said before",
		"send pass include provide forward summarize append copy attach",
		"conversation chat dialogue",
		"history context log transcript so",
	),
	phrase("conversation", "asks for what was said before", "entire full whole complete previous", "conversation chat dialogue"),
];

function phrase(kind: Suspicion["kind"], says: string, ...steps: readonly string[]): Phrase {
	return { kind, says, steps: steps.map((words) => new Set(words.split(" "))) };
}

interface Word {
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

interface Words extends Iterable<Word> {
	readonly of: string;
}

/** The text from the first of these words to the last, shortened. Null: they do not follow one another. One pass, whatever the text. */
function follows(words: Words, steps: readonly ReadonlySet<string>[]): string | null {
	// Where the last way to each step began, and where it stands.
	const began: number[] = [];
	const reached: number[] = [];
	let index = 0;
	for (const { text, start, end } of words) {
		for (let step = steps.length - 1; step >= 0; step--) {
			if (steps[step]?.has(text) !== true) continue;
			if (step > 0 && !(index - (reached[step - 1] ?? Number.NEGATIVE_INFINITY) <= REACH)) continue;
			began[step] = step === 0 ? start : (began[step - 1] ?? start);
			reached[step] = index;
			if (step === steps.length - 1) return quoted(words.of.slice(began[step], end));
		}
		index++;
	}
	return null;
}

/** Words of the server in a sentence of ours: few. */
function quoted(text: string): string {
	const line = text.slice(0, 10 * MOST_QUOTED).replaceAll(/\s+/g, " ");
	return line.length <= MOST_QUOTED ? line : `${line.slice(0, MOST_QUOTED - 1)}…`;
}

const MOST_QUOTED = 60;

/** Small letters in one form, without what nobody sees, and with Latin letters for those that look like one. */
function fold(text: string): string {
	const small = normalized(text, "NFKC");
	if (!mayHideCharacters(small)) return small.toLowerCase();
	return small
		.replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
		.replaceAll(/[\u0370-\u052f]/gu, (letter) => TWIN_LETTERS.get(letter) ?? letter)
		.replaceAll(/[\u2018\u2019\u02bc]/g, "'")
		.toLowerCase();
}

/** A run of letters, digits, `_` and `-`. A sentence's end counts as many words: what is said in another sentence is another thing. */
const WORD = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_'-]*|[.!?;؟؛।](?=\s)|\n\s*\n/gu;

function wordsOf(text: string): Words & readonly Word[] {
	const words: Word[] = [];
	for (const match of text.matchAll(WORD)) {
		const [found] = match;
		const [start, end] = [match.index, match.index + found.length];
		if (!/^[\p{L}\p{N}_]/u.test(found)) {
			for (let i = 0; i < REACH; i++) words.push({ text: "", start, end });
			continue;
		}
		const word = found.replaceAll("'", "");
		const last = words.at(-1);
		// `do not`, `must not` and `should not` are one, as `don't` is.
		if ((word === "not" || word === "never") && last !== undefined && NEGATED.has(last.text))
			words[words.length - 1] = { text: `${last.text}nt`, start: last.start, end };
		else words.push({ text: word, start, end });
	}
	return Object.assign(words, { of: text });
}

const NEGATED: ReadonlySet<string> = new Set(["do", "must", "should", "wo"]);

/** `send_email` and `sendEmail` are names; `search` is a word that any text may have. */
function isTelling(name: string): boolean {
	return name.length >= 5 && /[\p{L}\p{N}](?:[_-]\p{L}|\p{Lu})/u.test(name.slice(1)) && name.length <= 256;
}
