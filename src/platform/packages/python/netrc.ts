import * as path from "node:path";
import { plainText } from "../../files/bounded-file.ts";

/** Of a `.netrc`. */
const MOST_BYTES = 1024 * 1024;

/**
 * What the person's `.netrc` says for a host, as pip and uv would find it; null: nothing.
 *
 * @param env `NETRC` names another file
 */
export function netrcFor(
	host: string,
	env: Readonly<Record<string, string | undefined>>,
	home: string,
): { readonly user: string; readonly password: string } | null {
	const text = plainText(env.NETRC || path.join(home, ".netrc"), MOST_BYTES);
	if (text === null) return null;
	const words = text
		.split("\n")
		.map((line) => line.replace(/(?:^|\s)#.*$/, ""))
		.join("\n")
		.split(/\s+/)
		.filter((word) => word !== "");
	let found = false;
	let user = "";
	for (let at = 0; at < words.length; at++) {
		const word = words[at];
		if (word === "machine") {
			found = words[++at] === host;
			user = "";
		} else if (word === "default") {
			found = true;
			user = "";
		} else if (word === "login") user = words[++at] ?? "";
		else if (word === "password") {
			const password = words[++at] ?? "";
			if (found) return { user, password };
		} else if (word === "account") at++;
		// What follows is a macro up to the next empty line: not for us, and it may hold anything.
		else if (word === "macdef") return null;
	}
	return null;
}
