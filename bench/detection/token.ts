import { crc32 } from "node:zlib";
import type { Random } from "./random.ts";

const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const BASE62 = DIGITS + UPPER + LOWER;

/** The alphabets that a template names by one letter. */
const ALPHABETS: Readonly<Record<string, string>> = {
	d: DIGITS,
	h: `${DIGITS}abcdef`,
	H: `${DIGITS}ABCDEF`,
	l: LOWER,
	u: UPPER,
	x: LOWER + UPPER,
	n: DIGITS + LOWER,
	N: DIGITS + UPPER,
	a: BASE62,
	w: `${BASE62}_-`,
	b: `${BASE62}+/`,
	B: `${UPPER}234567`,
	c: "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
	s: `${BASE62}!#%^*_-+=.,~`,
	k: "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
};

const PIECE = /\{(?:([dhHluxnNawbBcsk])(\d{1,3})(?:-(\d{1,3}))?|(uuid|UUID|word|Word|WORD|crc|ip|date|host))\}/g;

/**
 * A text from a template: `ghp_{a30}{crc}`. `{a36}` is 36 characters of the alphabet `a`, `{h20-24}` 20 to 24 hexadecimal digits; `{crc}` is the
 * checksum that GitHub and npm put behind the part before it. Braces that say none of this stay as they are.
 *
 * @param words what `{word}`, `{Word}` and `{WORD}` choose from
 */
export function fill(random: Random, template: string, words: readonly string[]): string {
	let body = "";
	return template.replace(
		PIECE,
		(_whole, alphabet: string | undefined, least: string, most: string | undefined, named: string | undefined) => {
			if (alphabet !== undefined) {
				body = draw(random, ALPHABETS[alphabet] ?? BASE62, random.between(Number(least), Number(most ?? least)));
				return body;
			}
			const word = random.pick(words);
			switch (named) {
				case "uuid":
					return uuid(random);
				case "UUID":
					return uuid(random).toUpperCase();
				case "word":
					return word;
				case "Word":
					return word.charAt(0).toUpperCase() + word.slice(1);
				case "WORD":
					return word.toUpperCase();
				case "crc":
					return checksum(body);
				case "ip":
					return `${random.between(11, 203)}.${random.below(256)}.${random.below(256)}.${random.between(1, 254)}`;
				case "host":
					return `${word}.${random.pick(["acme.io", "internal", "northwind.dev", "corp.net"])}`;
				default:
					return `20${random.between(19, 26)}-0${random.between(1, 9)}-${random.between(10, 28)}`;
			}
		},
	);
}

function uuid(random: Random): string {
	const hex = (length: number) => draw(random, ALPHABETS.h ?? "", length);
	return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(["8", "9", "a", "b"])}${hex(3)}-${hex(12)}`;
}

function draw(random: Random, alphabet: string, length: number): string {
	let text = "";
	while (text.length < length) {
		const next = alphabet.charAt(random.below(alphabet.length));
		// A value that begins with a hyphen would be a flag to whoever reads it.
		if (text === "" && /[^A-Za-z0-9]/.test(next)) continue;
		text += next;
	}
	return text;
}

/** Base 62 of the CRC-32, six characters. */
function checksum(body: string): string {
	let left = crc32(body);
	let text = "";
	for (let i = 0; i < 6; i++) {
		text = BASE62.charAt(left % 62) + text;
		left = Math.floor(left / 62);
	}
	return text;
}

/** A signed-looking JSON web token; its signature is random. */
export function jwt(random: Random, claims: Readonly<Record<string, unknown>>, algorithm = "HS256"): string {
	const signature = draw(random, ALPHABETS.w ?? "", algorithm === "HS256" ? 43 : 342);
	return `${base64url(JSON.stringify({ alg: algorithm, typ: "JWT" }))}.${base64url(JSON.stringify(claims))}.${signature}`;
}

/** What every key of the kind begins with: the encoding's own header. */
const KEY_STARTS = {
	"RSA ": "MIIEpAIBAAKCAQEA",
	"EC ": "MHcCAQEEI",
	"OPENSSH ": "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ",
	"": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
};

/** A private key block as programs write it, with real newlines; what stands in it is random but for its first bytes. */
export function pem(random: Random, kind: keyof typeof KEY_STARTS, lines: number): string {
	const start = KEY_STARTS[kind];
	const body = Array.from({ length: lines }, (_none, i) =>
		i === 0 ? start + draw(random, ALPHABETS.b ?? "", 64 - start.length) : draw(random, ALPHABETS.b ?? "", 64),
	);
	body.push(`${draw(random, ALPHABETS.b ?? "", random.between(20, 43))}=`);
	return [`-----BEGIN ${kind}${"PRIVATE"} KEY-----`, ...body, `-----END ${kind}${"PRIVATE"} KEY-----`].join("\n");
}

export function base64(text: string): string {
	return Buffer.from(text, "utf8").toString("base64");
}

function base64url(text: string): string {
	return Buffer.from(text, "utf8").toString("base64url");
}
