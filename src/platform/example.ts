import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { crc32 } from "node:zlib";
import { fail, ok, type Result } from "../core/result.ts";

const PLACE = "%FAKE_GITHUB_TOKEN%";

/**
 * Copies the example workspace, with a made-up token of its own where the example has none.
 *
 * @param from `examples/quickstart`
 * @param to is made; may be there as long as it is empty
 */
export function copyExample(from: string, to: string): Result<{ readonly token: string }> {
	const config = path.join(".vscode", "mcp.json");
	try {
		if (fs.existsSync(to) && fs.readdirSync(to).length > 0)
			return fail("folder-not-empty", `${to} is not empty.`, "Choose another folder.");
		const token = generateFakeToken();
		const text = fs.readFileSync(path.join(from, config), "utf8").replace(PLACE, token);
		fs.cpSync(from, to, { recursive: true });
		fs.writeFileSync(path.join(to, config), text);
		return ok({ token });
	} catch (error) {
		if (!(error instanceof Error) || !("code" in error)) throw error;
		return fail(
			"example-not-copied",
			`The example cannot be copied to ${to} (${String(error.code)}).`,
			"Choose a folder that you may write.",
		);
	}
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Looks like a GitHub token in every way, its checksum included, and has never been one. */
export function generateFakeToken(): string {
	const body = Array.from({ length: 30 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
	let rest = crc32(body);
	let check = "";
	for (let i = 0; i < 6; i++) {
		check = (ALPHABET[rest % 62] ?? "0") + check;
		rest = Math.floor(rest / 62);
	}
	return `ghp_${body}${check}`;
}
