import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { fail, ok, type Result } from "../core/result.ts";
import type { Io } from "./io.ts";

/** Asks on the terminal without showing what is typed; null when there is no terminal, or the person gave up (Ctrl-C, Ctrl-D). */
export async function askHidden(io: Io, question: string): Promise<string | null> {
	if (io.stdin.isTTY !== true) return null;
	io.stderr.write(question);
	const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: io.stdin, output: nowhere, terminal: true, historySize: 0 });
	try {
		return await new Promise<string | null>((resolve) => {
			lines.once("line", resolve);
			lines.once("close", () => resolve(null));
			lines.once("SIGINT", () => resolve(null));
		});
	} finally {
		lines.close();
		io.stderr.write("\n");
	}
}

/** A secret from a person at the terminal, or from what is piped in. One line end at its end is not part of it. Never from an argument: others can see those. */
export async function readSecret(io: Io, what: string): Promise<Result<string>> {
	if (io.stdin.isTTY === true) {
		const typed = await askHidden(io, `Value of ${what} (not shown): `);
		return typed === null || typed === "" ? fail("no-value", "No value was given.", "Nothing was changed.") : ok(typed);
	}
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of io.stdin) {
		const bytes = Buffer.from(chunk);
		length += bytes.length;
		if (length > LARGEST)
			return fail("secret-value", `The value is longer than ${LARGEST} bytes.`, "Keep it in a file, and give the server its path.");
		chunks.push(bytes);
	}
	let text: string;
	try {
		text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
	} catch {
		return fail("secret-value", "The value is not UTF-8 text.", "Encode it (base64, for one) and let the server decode it.");
	}
	const value = text.replace(/\r?\n$/, "");
	return value === "" ? fail("no-value", "No value came in on standard input.", "Pipe it in, or run this at a terminal.") : ok(value);
}

const LARGEST = 64 * 1024 + 2;
