import { parseReference } from "../../core/config/references.ts";
import { fail, ok, type Result } from "../../core/result.ts";

/** Values that every vault keeps exactly. Refuses what one of them would cut or bend. */
export function checkValue(value: string): Result<void> {
	if (value === "") return fail("secret-value", "The secret is empty.", "Give the value itself.");
	if (value.includes("\0") || /\p{Surrogate}/u.test(value))
		return fail("secret-value", "The secret is not plain text.", "Encode it (base64, for one) and let the server decode it.");
	if (Buffer.byteLength(value) > LARGEST)
		return fail("secret-value", `The secret is longer than ${LARGEST} bytes.`, "Keep the file where it is and give the server its path.");
	return ok(undefined);
}

/** Refuses a path that no reference could name. */
export function checkPath(path: string): Result<void> {
	return parseReference(`keychain://${path}`) === null
		? fail(
				"reference-malformed",
				"That is no secret reference.",
				"Write it like keychain://github/GITHUB_TOKEN: letters, digits and _ . # - only.",
			)
		: ok(undefined);
}

const LARGEST = 64 * 1024;
