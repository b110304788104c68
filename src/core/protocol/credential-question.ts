import { normalized } from "../normalized.ts";
import { isObject, type JsonObject } from "./message.ts";

/**
 * Whether a question that a server puts to a person asks for a credential. By its words, which a server chooses: what is found is refused,
 * and what is not found may still ask for one. In doubt it does.
 */

/** Characters of all texts together that are looked at. A longer question is refused unread. */
const MOST = 20_000;

/** `elicitation/create`: its message, and the names, titles, descriptions and formats of what it asks for. */
export function asksForCredential(params: JsonObject): boolean {
	const labels: string[] = [];
	const sentences: string[] = [];
	if (typeof params.message === "string") sentences.push(params.message);
	collect(params.requestedSchema, labels, sentences);
	if ([...labels, ...sentences].reduce((sum, text) => sum + text.length, 0) > MOST) return true;
	return labels.some((text) => isCredential(text, true)) || sentences.some((text) => isCredential(text, false));
}

/** Of a schema: what a form shows beside its fields. Not the answers that it offers. */
function collect(schema: unknown, labels: string[], sentences: string[]): void {
	if (Array.isArray(schema)) for (const each of schema) collect(each, labels, sentences);
	if (!isObject(schema)) return;
	for (const [key, value] of Object.entries(schema)) {
		if (typeof value === "string") {
			if (key === "title" || key === "format") labels.push(value);
			else if (key === "description") sentences.push(withoutWarnings(value));
		} else {
			if (key === "properties" && isObject(value)) labels.push(...Object.keys(value));
			collect(value, labels, sentences);
		}
	}
}

/** In brackets, what a person is told not to write. */
const WARNING = /\((?:please )?(?:do not|don['’]t|never) (?:give|enter|share|send|tell|provide|type|include|submit)\b[^().:;!?\r\n]*\)/giu;
/** Words that make a warning say where, or to whom, after all. */
const AFTER_ALL = new Set("but except unless until only instead here there below above next elsewhere anywhere anyone than it".split(" "));

/** What a person is told to do with a value, or not to. */
const VERBS = new Set("enter type paste provide input insert submit send share give supply tell".split(" "));

/** Of a field's description: without "(do not give us your phone number, pin …)". One that says more than that stays, and so does a strong word. */
function withoutWarnings(text: string): string {
	return text.replace(WARNING, (warning) => (saysMore(warning) ? warning : ""));
}

/** Beyond what not to write: a place after all, what else to do, or a word that is never said by the way. */
function saysMore(warning: string): boolean {
	const [, ...words] = wordsOf(warning).filter((word) => word !== "please");
	const flat = folded(warning);
	const phrase = ` ${words.join(" ")} `;
	return (
		FOREIGN.some((word) => flat.includes(word)) ||
		PHRASES.some((each) => phrase.includes(` ${each} `)) ||
		words.some((word, at) => AFTER_ALL.has(word) || isStrong(word) || WEAK.get(word)?.secretAfter.has(words[at - 1] ?? "") === true) ||
		words.filter((word) => VERBS.has(word)).length > 1
	);
}

/** `isLabel`: of a field, where one word says what it is for; else a sentence. */
function isCredential(text: string, isLabel: boolean): boolean {
	const words = wordsOf(text);
	const flat = folded(text);
	if (FOREIGN.some((word) => flat.includes(word))) return true;
	const phrase = ` ${words.join(" ")} `;
	if (PHRASES.some((each) => phrase.includes(` ${each} `))) return true;
	const isAsked = isLabel || words.some((word) => ENTER.has(word));
	return words.some((word, at) => {
		if (isStrong(word)) return true;
		const weak = WEAK.get(word);
		if (weak === undefined) return false;
		const [before = "", after = ""] = [words[at - 1], words[at + 1]];
		if (weak.secretAfter.has(before)) return true;
		return isAsked && !weak.harmlessAfter.has(before) && !weak.harmlessBefore.has(after);
	});
}

const STEMS = ["password", "passwort", "kennwort", "passwd", "passphrase", "passcode", "credential", "apikey", "wachtwoord", "contrasena"];
const ENDINGS = ["apitoken", "accesstoken", "authtoken", "bearertoken", "secret", "secrets", "privatekey", "accesskey", "secretkey"];
const WORDS = new Set(
	"pwd passkey otp totp cvv cvc ssn senha haslo parola lozinka heslo jelszo salasana losenord adgangskode passord sifre clave geheimnis".split(
		" ",
	),
);

function isStrong(word: string): boolean {
	return WORDS.has(word) || STEMS.some((stem) => word.includes(stem)) || ENDINGS.some((ending) => word.endsWith(ending));
}

const PHRASES = [
	"pass word",
	"pass phrase",
	"pass code",
	"mot de passe",
	"seed phrase",
	"seed words",
	"recovery phrase",
	"recovery words",
	"secret phrase",
	"one time",
	"card number",
	"social security",
	"two factor",
	"2 fa",
	"zwei faktor",
];

/** Words of a sentence that want something written. */
const ENTER = new Set(
	"enter type paste provide input insert send share give supply submit tell reply need require required your".split(" "),
);

interface Weak {
	/** Makes it a credential. */
	readonly secretAfter: ReadonlySet<string>;
	/** Makes it something else. */
	readonly harmlessAfter: ReadonlySet<string>;
	readonly harmlessBefore: ReadonlySet<string>;
}

function weak(secretAfter: string, harmlessAfter: string, harmlessBefore: string): Weak {
	const [a, b, c] = [secretAfter, harmlessAfter, harmlessBefore].map((list) => new Set(list.split(" ")));
	if (a === undefined || b === undefined || c === undefined) throw new Error("three lists");
	return { secretAfter: a, harmlessAfter: b, harmlessBefore: c };
}

const CODE = weak(
	"verification security confirmation auth authentication authorization authorisation access login signin sms backup recovery factor otp digit pin secret device",
	"postal post zip area country language currency error status exit return source product promo discount coupon voucher color colour airport region state province dress bar qr room hs tax branch reason class generate write review run format refactor execute sample example test unit python javascript typescript",
	"review style base block snippet snippets name language of quality coverage example sample formatter owner",
);
const KEY = weak(
	"api private secret access encryption signing ssh gpg pgp license licence auth account service master deploy openai anthropic aws security",
	"primary foreign public sort partition project issue object map row cache shift arrow hot natural composite unique",
	"point points name names value values word words question takeaway takeaways findings result results features board map",
);
const TOKEN = weak(
	"api access auth bearer refresh session github gitlab slack bot security personal id jwt oauth",
	"max maximum min minimum input output total number of per",
	"count limit budget usage length window type name",
);
const PIN = weak("your bank card sim", "safety rolling push drawing map", "to it this that the board map post message version on");

const WEAK: ReadonlyMap<string, Weak> = new Map(
	Object.entries({ code: CODE, codes: CODE, key: KEY, keys: KEY, token: TOKEN, tokens: TOKEN, pin: PIN, pins: PIN }),
);

/** In other scripts, where words are not set apart; folded as texts are. */
const FOREIGN = [
	"пароль",
	"пароля",
	"密码",
	"密碼",
	"口令",
	"验证码",
	"驗證碼",
	"パスワード",
	"暗証番号",
	"비밀번호",
	"كلمة المرور",
	"كلمة السر",
	"סיסמה",
	"รหัสผ่าน",
	"पासवर्ड",
	"mật khẩu",
	"κωδικός πρόσβασης",
].map(folded);

function folded(text: string): string {
	return normalized(text, "NFKD")
		.replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, "")
		.toLowerCase();
}

/** Letters of other scripts that look like Latin ones, and figures that are read as letters. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
	а: "a",
	с: "c",
	е: "e",
	о: "o",
	р: "p",
	х: "x",
	у: "y",
	ѕ: "s",
	і: "i",
	к: "k",
	т: "t",
	ԁ: "d",
	ո: "n",
	α: "a",
	ο: "o",
	ρ: "p",
	κ: "k",
	ι: "i",
	ν: "v",
	ı: "i",
	"0": "o",
	"1": "i",
	"3": "e",
	"4": "a",
	"5": "s",
	"7": "t",
	"@": "a",
	$: "s",
};

/** In small Latin letters where they look like it; `apiKey`, `api_key` and `API key` are two words; `p.i.n` is one. */
function wordsOf(text: string): readonly string[] {
	const apart = text.replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ");
	const words: string[] = [];
	let spelt = "";
	const endSpelt = (): void => {
		if (spelt !== "") words.push(spelt);
		spelt = "";
	};
	for (const [word] of folded(apart).matchAll(/[\p{L}\p{N}@$]+/gu)) {
		const latin = /\p{L}/u.test(word) ? word.replace(/[^a-z]/gu, (character) => LOOKS_LIKE[character] ?? character) : word;
		if (latin.length === 1) spelt += latin;
		else {
			endSpelt();
			words.push(latin);
		}
	}
	endSpelt();
	return words;
}
