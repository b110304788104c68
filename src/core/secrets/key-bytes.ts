import { classifyKey, keyWords } from "./keys.ts";
import { hasOnly, SIGN } from "./signs.ts";

const LONGEST = 400;
const NUMBERS = SIGN.digit | SIGN.separator | SIGN.bracket | SIGN.blank;

/**
 * What a list of bytes is worth: `[12,200,31,…]`, as Solana's tools keep a wallet's key, which has 64, and others a seed, which has 32.
 * Without a name that tells 64 of them are a hint.
 */
export function keyBytesWorth(text: string, key: string | null): "secret" | "hint" | "none" {
	if (text.length < 64 || text.length > LONGEST || !hasOnly(text, NUMBERS)) return "none";
	const list = /^\[?([\d,\s]+)\]?$/.exec(text)?.[1];
	if (list === undefined) return "none";
	const numbers = list.split(",").map((number) => number.trim());
	if ((numbers.length !== 64 && numbers.length !== 32) || !numbers.every((number) => /^\d{1,3}$/.test(number) && Number(number) < 256))
		return "none";
	// Drawn at random, hardly any of 32 come twice, and few come in order.
	if (new Set(numbers).size < numbers.length * 0.6 || rises(numbers) > numbers.length * 0.8) return "none";
	const words = key === null ? [] : keyWords(key);
	const kind = classifyKey(key);
	if (words.some((word) => OF_OTHERS.test(word))) return "none";
	if (kind === "secret" || kind === "password" || kind === "key" || words.some((word) => OF_KEYS.test(word))) return "secret";
	return numbers.length === 64 && kind !== "public" ? "hint" : "none";
}

const OF_KEYS = /^(?:key|keys|keypair|private|secret|seed|wallet|signer|payer|deployer|authority|mnemonic)$/;

/** What has as many bytes. */
const OF_OTHERS =
	/^(?:public|pubkey|embeddings?|vectors?|weights?|colou?rs?|palette|pixels?|histogram|samples?|signature|hash|digest|codes?)$/;

function rises(numbers: readonly string[]): number {
	return numbers.filter((number, i) => i > 0 && Number(number) > Number(numbers[i - 1])).length;
}
