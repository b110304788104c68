import { detectInText } from "../../src/core/secrets/detector.ts";
import { redact } from "../../src/core/secrets/redact.ts";
import { SECRETLINT } from "../detection/engines/secretlint.ts";
import type { Random } from "../detection/random.ts";
import type { Sample } from "../detection/sample.ts";
import { fill } from "../detection/token.ts";
import type { Way } from "./clock.ts";

const WORDS = [
	"request",
	"server",
	"tool",
	"listed",
	"started",
	"in",
	"of",
	"with",
	"answer",
	"the",
	"path",
	"result",
	"error",
	"at",
	"user",
];

/** Lines of a log of this length, one in fifty with a token in it. */
export function logText(random: Random, length: number): string {
	const lines: string[] = [];
	for (let left = length; left > 0; ) {
		const what = Array.from({ length: random.between(4, 12) }, () => random.pick(WORDS)).join(" ");
		const token = random.chance(0.02) ? ` API_TOKEN=gh${"p"}_{a30}{crc}` : "";
		const line = fill(
			random,
			`2026-11-23T10:{d2}:{d2}Z info [{word}] ${what} id={h16} took {d3} ms "https://{host}/v1/{word}?page={d2}"${token}\n`,
			WORDS,
		);
		lines.push(line);
		left -= line.length;
	}
	return lines.join("");
}

export function rawTextWays(text: string, known: readonly string[]): readonly Way[] {
	const sample: Sample = { set: "ordinary", split: "dev", host: "", path: "a.log", format: "", text, labels: [] };
	return [
		{ name: "found in text", run: () => void detectInText(text) },
		{ name: "redacted", run: () => void redact(text, known) },
		{ name: "secretlint", run: async () => void (await SECRETLINT.run([sample], () => {})) },
	];
}
