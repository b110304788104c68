import { commandParts } from "./arguments.ts";
import { decompose } from "./decompose.ts";
import { Harmless } from "./harmless.ts";
import { type Detection, judgeAll, judgeTokens, withoutOverlaps } from "./judge.ts";
import { classifyKey } from "./keys.ts";
import { wholePiece } from "./piece.ts";
import { isRandom } from "./randomness.ts";
import { isSecretName } from "./reading.ts";
import { candidatesIn } from "./running-text.ts";
import { isUuid } from "./shapes.ts";
import { calledWith, LONGEST_COMMAND } from "./tool-call.ts";

export type { Detection } from "./judge.ts";

/** Secrets in one value. `key` is the name beside it: a variable, a header, a flag without its dashes; null when there is none. */
export function detectSecrets(key: string | null, value: string): readonly Detection[] {
	return harmless.search(key, value, () => detectAnew(key, value));
}

const harmless = new Harmless();

function detectAnew(key: string | null, value: string): readonly Detection[] {
	const whole = wholePiece(value);
	const call = calledWith(whole);
	const inner = call ?? whole;
	const isCommand =
		call !== null ||
		(key !== null &&
			(COMMAND_NAME.test(key) || (PROGRAM.test(value) && classifyKey(key) === "neutral")) &&
			value.length <= LONGEST_COMMAND);
	const parts = isCommand ? commandParts(inner) : null;
	if (parts === null) return judgeAll(decompose(key, inner), value);
	// Commands are full of random names: of commits, images, pods.
	return judgeAll(parts, value).filter(({ confident }) => confident);
}

/** Programs that people write whole commands of into settings. */
const PROGRAM =
	/^(?:curl|wget|docker|podman|kubectl|ssh|sshpass|psql|mysql|mysqldump|mongosh|redis-cli|ldapsearch|sqlcmd|npx|uvx|aws|az|gcloud|gh|git|bash|sh)\s+\S/;
const COMMAND_NAME = /^(?:command|cmd|run|script|shell|entrypoint|apiKeyHelper)$/i;

const COMMENT = /^\s*(?:\/\/|#|\/\*|<!--|--|;)/;
const LONGEST_COMMENT = 4_000;

/** Comments that say what the random text in them is. */
const CONFESSING =
	/\b(?:api.?keys?|keys?|tokens?|secrets?|passw\w*|pw|credentials?|login)\b|\b(?:remove|delete|rotate|revoke)\b.{0,20}\b(?:before|commit|this|me|later|soon)\b|\bdo(?: not|n't) (?:commit|push|share)\b|\bleak/i;
/** And those that say that it is something else. */
const OF_DIGESTS =
	/\b(?:pinned|sha\d*|digests?|checksums?|hash(?:es)?|revision|integrity|fingerprint|commit [0-9a-f]{7}|check(?:ed )?out|build|public key)\b/i;

/**
 * In a comment a key may stand without a name: "remove before commit: …". Digests in hex, which stand there as often, are left out unless the
 * comment says what they are.
 */
function looseTokens(text: string, tokens: readonly Detection[]): readonly Detection[] {
	if (text.length > LONGEST_COMMENT) return [];
	const ofDigests = OF_DIGESTS.test(text);
	const tells = !ofDigests && CONFESSING.test(text);
	let next = 0;
	return [...text.matchAll(/[^\s"'`,;()<>]{16,1000}/g)].flatMap(({ 0: word, index }) => {
		while (next < tokens.length && (tokens[next]?.end ?? 0) <= index) next++;
		const token = tokens[next];
		// Found already, by what it looks like.
		if (token?.start === index && token.end === index + word.length) return [];
		const isHex = /^[0-9a-f-]+$/i.test(word);
		const before = text.slice(Math.max(0, index - 60), index);
		const isNamed = !ofDigests && isGiven(before);
		if (
			OF_ID.test(before) ||
			saysWhich(before) ||
			(!isNamed && (tells ? isUuid(word) : isHex || (word.length < 24 && !LOGIN_AT.test(word))))
		)
			return [];
		const isFormer = FORMER.test(before) && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
		return detectSecrets(isNamed || isFormer ? "token" : tells && isRandom(word) ? "key" : null, word).map((detection) => ({
			...detection,
			start: index + detection.start,
			end: index + detection.end,
		}));
	});
}

/** `root:value@10.0.0.3`: a user, a password and where they are for. */
const LOGIN_AT = /^[\w.+-]{1,40}:[^\s@/:]{6,40}@[\w.-]{2,60}/;

/** What stands there was in use before: `old: …`. */
const FORMER =
	/(?:^|[^\p{L}])(?:old|older|former|previous|prev|backup|spare|leaked|alt|vorher|bisher|ancien|viejo|antiguo|anterior|vecchi[oa]|antig[oa]|oud|stary)(?: one)?\s?[:=]\s{0,2}["'`]?$/iu;

/** Commands that somebody noted down, one a line: `# curl -u sam:… https://…`. What is no flag or password of theirs is not looked at. */
function commandsIn(text: string): readonly Detection[] {
	if (text.length > LONGEST_COMMENT || !text.includes(" -")) return [];
	return [...text.matchAll(/^[\t ]*(?:\/\/+|#+|\/\*+|\*|<!--|--|;)?[\t ]*(?:[$>%][\t ]+)?/gm)].flatMap(({ 0: lead, index }) => {
		const start = index + lead.length;
		const end = text.indexOf("\n", start);
		const line = text.slice(start, end < 0 ? text.length : end);
		// A message for a commit is prose.
		if (!PROGRAM.test(line) || !line.includes(" -") || /^(?:git|gh)\s/.test(line)) return [];
		const parts = commandParts(wholePiece(line)) ?? [];
		return judgeAll(parts, line)
			.filter(({ confident }) => confident)
			.map((detection) => ({ ...detection, start: start + detection.start, end: start + detection.end }));
	});
}

/** What the word behind it names. */
const OF_ID = /\b(?:items?|ids?|tickets?|issues?|case|uuid|number|nr|no|arn)[\s:#.]{1,3}["'`(]?$/i;

/** `BILLING_API_KEY (…`, `key of the shop's account: …`, `jeton de prod : …`: a word for a secret, and then what it is. */
function isGiven(before: string): boolean {
	return /[:(=]\s{0,2}["'`]?$/.test(before) && lastWords(before).some((word) => word.length > 2 && isSecretName(word));
}

/** `belongs to workspace: …` says which one is meant; `key of the workspace: …` does not. */
function saysWhich(before: string): boolean {
	if (!/:\s{0,2}$/.test(before)) return false;
	const near = lastWords(before);
	const last = near.at(-1) ?? "";
	const isOther = /vault$/i.test(last) || classifyKey(`a_${last}`) === "public";
	return isOther && near.some(isSecretName) && !near.some((word) => OF.test(word));
}

function lastWords(before: string): readonly string[] {
	return before
		.split(/[^\p{L}\p{N}\p{M}_-]+/u)
		.filter((word) => word !== "")
		.slice(-6);
}

const OF = /^(?:of|for|von|vom|für|fuer|de|du|des|del|do|da|pour|para|per|di|van|voor|til|för|dla)$/i;

/** Secrets in running text (a comment, a log line): tokens of known formats, addresses that hold one, and what is given to names of secrets. */
export function detectInText(text: string): readonly Detection[] {
	return harmlessText.search(null, text, () => detectInTextAnew(text));
}

const harmlessText = new Harmless();

function detectInTextAnew(text: string): readonly Detection[] {
	const tokens = judgeTokens(text);
	const found: Detection[] = [...tokens];
	let next = 0;
	for (const { name, start, end } of candidatesIn(text)) {
		while (next < tokens.length && (tokens[next]?.end ?? 0) <= start) next++;
		const token = tokens[next];
		// Found already, by what it looks like.
		if (token !== undefined && token.start === start && token.end === end) continue;
		for (const detection of detectSecrets(name, text.slice(start, end)))
			if (detection.confident) found.push({ ...detection, start: start + detection.start, end: start + detection.end });
	}
	if (COMMENT.test(text)) {
		for (const token of looseTokens(text, tokens)) found.push(token);
		for (const token of commandsIn(text)) found.push(token);
	}
	return withoutOverlaps(found);
}
