/** Marks in the place of what names a person or their money. */
const MARK = { mail: "[e-mail]", phone: "[telephone]", iban: "[IBAN]", card: "[card]" } as const;

/** Characters of the two parts of an e-mail address. */
const LOCAL = 64;
const DOMAIN = 253;
/** Digits of a card's number. */
const CARD = { least: 13, most: 19 } as const;
/** Digits of a telephone number with its country's code. */
const PHONE = { least: 8, most: 15 } as const;
/** Characters of an IBAN. */
const IBAN = { least: 15, most: 34 } as const;

/** What all but an address has: digits behind each other, or parted as people part them. */
const HAS_NUMBER = /[0-9][ ().\u00a0/-]{0,3}[0-9]/;

/** Text with marks in the place of e-mail addresses, telephone numbers, IBANs and card numbers whose check digits hold. Linear in the text. */
export function withoutPersonalData(text: string): string {
	return HAS_NUMBER.test(text) ? withoutNumbers(withoutIbans(withoutMail(text))) : withoutMail(text);
}

/** From each `@` to both sides, as far as an address goes. */
function withoutMail(text: string): string {
	let result = "";
	let done = 0;
	for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
		let start = at;
		while (start > done && at - start < LOCAL && /[\p{L}\p{N}._%+'-]/u.test(text[start - 1] ?? "")) start--;
		const [domain = ""] = /^[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/u.exec(text.slice(at + 1, at + 1 + DOMAIN)) ?? [];
		if (start === at || domain === "") continue;
		result += text.slice(done, start) + MARK.mail;
		done = at + 1 + domain.length;
	}
	return result + text.slice(done);
}

const IBAN_START = /(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?=[ -]?[A-Z0-9])/g;

function withoutIbans(text: string): string {
	let result = "";
	let done = 0;
	for (const { index } of text.matchAll(IBAN_START)) {
		if (index < done) continue;
		const end = ibanEnd(text, index);
		if (end === null) continue;
		result += text.slice(done, index) + MARK.iban;
		done = end;
	}
	return result + text.slice(done);
}

/** Null: none begins here whose check digits hold. */
function ibanEnd(text: string, start: number): number | null {
	let code = "";
	let end: number | null = null;
	for (let at = start; at < text.length && code.length < IBAN.most; at++) {
		const char = text[at] ?? "";
		if (/[A-Z0-9]/.test(char)) code += char;
		else if (!/[ -]/.test(char) || !/[A-Z0-9]/.test(text[at + 1] ?? "")) break;
		else continue;
		const isWhole = !/[A-Za-z0-9]/.test(text[at + 1] ?? "");
		if (isWhole && code.length >= IBAN.least && mod97(code) === 1) end = at + 1;
	}
	return end;
}

function mod97(code: string): number {
	let rest = 0;
	for (const char of code.slice(4) + code.slice(0, 4)) {
		const value = Number.parseInt(char, 36);
		rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
	}
	return rest;
}

/** Groups of digits with what stands between them in numbers that people write. */
const GROUPS = /[+(]{0,2}\d+(?:[ ().\u00a0/-]{1,3}\d+)*/g;

function withoutNumbers(text: string): string {
	return text.replace(GROUPS, (written, offset: number) => {
		const before = text[offset - 1] ?? "";
		const after = text[offset + written.length] ?? "";
		// Part of a name, a version, a key or a decimal.
		if (/[\w.,:@-]/.test(before) || /[A-Za-z_]/.test(after)) return written;
		return masked(written);
	});
}

/** Cards anywhere among the groups; else a telephone number, which is all of it. */
function masked(written: string): string {
	const groups = [...written.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, index }));
	let result = "";
	let done = 0;
	let first = 0;
	while (first < groups.length) {
		const card = cardAt(groups, first, written);
		const start = groups[first]?.index ?? 0;
		if (card !== null) {
			result += written.slice(done, start) + MARK.card;
			done = card.end;
		}
		first = card?.next ?? first + 1;
	}
	if (done > 0) return result + written.slice(done);
	return isTelephone(written, groups) ? MARK.phone : written;
}

interface Group {
	readonly digits: string;
	readonly index: number;
}

/** Null: no card's number begins with this group. */
function cardAt(groups: readonly Group[], first: number, written: string): { readonly end: number; readonly next: number } | null {
	let digits = "";
	// The digits of a decimal.
	if (/\d[.]$/.test(written.slice(0, groups[first]?.index ?? 0).slice(-2))) return null;
	for (let at = first; at < groups.length; at++) {
		const group = groups[at];
		if (group === undefined) break;
		const before = at === first ? "" : written.slice((groups[at - 1]?.index ?? 0) + (groups[at - 1]?.digits.length ?? 0), group.index);
		if (before !== "" && !/^[ \u00a0-]$/.test(before)) break;
		digits += group.digits;
		if (digits.length > CARD.most) break;
		if (digits.length >= CARD.least && /^[2-6]/.test(digits) && isLuhn(digits))
			return { end: group.index + group.digits.length, next: at + 1 };
	}
	return null;
}

function isLuhn(digits: string): boolean {
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]);
		const value = i % 2 === 0 ? digit : digit * 2;
		sum += value > 9 ? value - 9 : value;
	}
	return sum % 10 === 0 && /[1-9]/.test(digits);
}

/** With a country's code (`+49 …`, `0049 …`), with an area's in brackets, or as `555-123-4567`. A date or an address is none. */
function isTelephone(written: string, groups: readonly Group[]): boolean {
	if (written.length > 40) return false;
	const digits = groups.map((group) => group.digits).join("");
	const isLong = digits.length >= PHONE.least && digits.length <= PHONE.most;
	if (!isLong) return false;
	if (written.startsWith("+")) return true;
	if (groups.length === 1) return false;
	if (digits.startsWith("00") || /^\(\d{2,5}\)/.test(written)) return true;
	return /^0\d{2,5}[ /-]/.test(written) || /^\d{3}([ .-])\d{3}\1\d{4}$/.test(written);
}
