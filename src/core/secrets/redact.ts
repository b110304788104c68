import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { encodeBase64 } from "./base64.ts";
import { detectInText } from "./detector.ts";
import { mask } from "./mask.ts";

const REDACTED = "[redacted]";
/** Shorter values occur by chance; they are replaced only as whole words. */
const SHORT = 6;

/**
 * Takes secrets out of text that is about to be stored or shown: the known values first, in every form in which a program writes
 * them (JSON, URL, hex, base64 at each alignment), then whatever looks like a credential.
 */
export function redact(text: string, knownSecrets: readonly string[]): string {
	let result = text;
	const forms = knownSecrets.flatMap((secret) => (secret === "" ? [] : formsOf(secret)));
	for (const form of [...new Set(forms)].sort((a, b) => b.length - a.length)) {
		if (form.length >= SHORT) result = result.replaceAll(form, REDACTED);
		else result = replaceWord(result, form);
	}
	return maskDetected(result);
}

/** Replaces what looks like a credential by its mask. */
export function maskDetected(text: string): string {
	let result = "";
	let at = 0;
	for (const { start, end } of detectInText(text)) {
		result += text.slice(at, start) + mask(text.slice(start, end));
		at = end;
	}
	return result + text.slice(at);
}

function formsOf(secret: string): readonly string[] {
	const json = JSON.stringify(secret).slice(1, -1);
	const wellFormed = secret.replace(/\p{Surrogate}/gu, "\ufffd");
	const bytes = utf8ToBytes(wellFormed);
	const url = encodeURIComponent(wellFormed);
	const hex = bytesToHex(bytes);
	const forms = [
		secret,
		json,
		JSON.stringify(json).slice(1, -1),
		json.replaceAll("/", "\\/"),
		asciiJson(secret),
		url,
		url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
		url.replaceAll("%20", "+"),
		url.replaceAll("%2F", "/"),
		encodeURI(wellFormed),
		secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
	];
	if (bytes.length < 4) return forms;
	const base64 = [0, 1, 2].map((shift) => alignedBase64(bytes, shift)).filter((form) => form.length >= SHORT);
	return [...forms, hex, hex.toUpperCase(), ...base64, ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

function asciiJson(secret: string): string {
	return JSON.stringify(secret)
		.slice(1, -1)
		.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The characters that are the same whatever stands before and after the value. */
function alignedBase64(bytes: Uint8Array, shift: number): string {
	const padded = new Uint8Array(bytes.length + shift);
	padded.set(bytes, shift);
	const whole = encodeBase64(padded);
	const from = shift === 0 ? 0 : shift + 1;
	const to = Math.floor((padded.length * 8) / 6);
	return whole.slice(from, to);
}

function replaceWord(text: string, word: string): string {
	return text
		.split(word)
		.reduce((left, right) => (/\w$/.test(left) || /^\w/.test(right) ? `${left}${word}${right}` : `${left}${REDACTED}${right}`));
}
