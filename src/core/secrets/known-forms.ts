import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { encodeBase64 } from "./base64.ts";
import { shiftedForms } from "./shifted.ts";

/** Shorter texts occur by chance. Characters. */
export const SHORTEST_FORM = 6;

/**
 * Every text that a program could write for a value: itself, in JSON (once, twice, with its slashes, in ASCII), in a URL, in HTML, in
 * hexadecimal digits, each character by its code (for a URL, HTML, or JSON inside a text), and in base64 and base64url, whatever bytes
 * stand before and after; some of them backwards, and with its letters moved on in the alphabet. Not unique; some may be short.
 */
export function formsOf(secret: string): readonly string[] {
	const json = JSON.stringify(secret).slice(1, -1);
	const wellFormed = HALF.test(secret) ? secret.replace(/\p{Surrogate}/gu, "\ufffd") : secret;
	const bytes = utf8ToBytes(wellFormed);
	const url = encodeURIComponent(wellFormed);
	const hex = bytesToHex(bytes);
	const forms = [
		secret,
		json,
		JSON.stringify(json).slice(1, -1),
		json.replaceAll("/", "\\/"),
		asciiJson(json),
		url,
		url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
		url.replaceAll("%20", "+"),
		url.replaceAll("%2F", "/"),
		encodeURI(wellFormed),
		secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
	];
	if (bytes.length < 4) return forms;
	const base64 = [0, 1, 2].map((shift) => alignedBase64(bytes, shift)).filter((form) => form.length >= SHORTEST_FORM);
	const pairs = hex.match(/../g) ?? [];
	const units = Array.from({ length: wellFormed.length }, (_, at) => wellFormed.charCodeAt(at));
	const escapes = units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
	const characters = Array.from(wellFormed, (character) => character.codePointAt(0) ?? 0);
	const coded = [
		pairs.map((pair) => `%${pair}`).join(""),
		escapes,
		// As they stand in the JSON around them, and in the one around that.
		escapes.replaceAll("\\", "\\\\"),
		escapes.replaceAll("\\", "\\\\\\\\"),
		characters.map((code) => `&#x${code.toString(16)};`).join(""),
	].flatMap((form) => [form, digitsInCapitals(form)]);
	forms.push(...coded, characters.map((code) => `&#${code};`).join(""));
	const encoded = [hex, hex.toUpperCase(), ...base64, ...base64.map(forUrls), ...wideForms(wellFormed)];
	// A short word backwards is another word.
	if (secret.length < SHORTEST_FORM) return [...forms, ...encoded];
	const turned = [backwards(secret), ...shiftedForms(secret)];
	return [...forms, ...encoded, ...turned, ...turned.map((form) => JSON.stringify(form).slice(1, -1)), ...encoded.map(backwards)];
}

/** Those of the forms that are a whole by themselves, as a program would cut them in two. */
export function wholeForms(secret: string): readonly string[] {
	const bytes = utf8ToBytes(secret);
	const hex = bytesToHex(bytes);
	const base64 = alignedBase64(bytes, 0);
	return [secret, hex, hex.toUpperCase(), base64, forUrls(base64)];
}

/** In the two bytes a character that Windows has inside: what PowerShell takes, and what a program there prints of its memory. */
function wideForms(value: string): readonly string[] {
	const bytes = new Uint8Array(2 * value.length);
	const view = new DataView(bytes.buffer);
	for (let i = 0; i < value.length; i++) view.setUint16(2 * i, value.charCodeAt(i), true);
	return [bytesToHex(bytes), ...[0, 1, 2].map((shift) => alignedBase64(bytes, shift))];
}

function backwards(text: string): string {
	return [...text].reverse().join("");
}

function forUrls(base64: string): string {
	return base64.replaceAll("+", "-").replaceAll("/", "_");
}

/** Of a form, the hexadecimal digits; what stands between them stays. */
function digitsInCapitals(form: string): string {
	return form.toUpperCase().replaceAll("\\U", "\\u").replaceAll("&#X", "&#x");
}

function asciiJson(json: string): string {
	return NOT_ASCII.test(json) ? json.replace(EACH_NOT_ASCII, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`) : json;
}

const NOT_ASCII = /[^\x20-\x7e]/;
const EACH_NOT_ASCII = /[^\x20-\x7e]/g;
const HALF = /[\ud800-\udfff]/;

/** The characters that are the same whatever stands before and after the value. */
function alignedBase64(bytes: Uint8Array, shift: number): string {
	const padded = new Uint8Array(bytes.length + shift);
	padded.set(bytes, shift);
	const whole = encodeBase64(padded);
	const from = shift === 0 ? 0 : shift + 1;
	const to = Math.floor((padded.length * 8) / 6);
	return whole.slice(from, to);
}
