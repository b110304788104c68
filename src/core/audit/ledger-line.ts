import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Mac } from "./chain.ts";
import type { LedgerEntry } from "./ledger.ts";

/** A line with its code, and its newline. */
export function ledgerLine(entry: LedgerEntry, mac: Mac): string {
	const text = JSON.stringify(entry);
	return `${text.slice(0, -1)},"mac":"${mac(utf8ToBytes(text))}"}\n`;
}

/** What `pruned` entries hold the code of, so that who cannot read the vault cannot pass a log off as taken away. */
export function prunedText(session: string, at: string): Uint8Array {
	return utf8ToBytes(`sallyport pruned ${session} ${at}`);
}
