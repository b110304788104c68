import { describe, expect, test } from "vitest";
import { applyBaseline, baselineOf, formatBaseline, parseBaseline, STALE_BASELINE } from "../../../src/core/report/baseline.ts";
import { formatGitHub } from "../../../src/core/report/github.ts";
import { formatJson } from "../../../src/core/report/json.ts";
import type { AnalyzedFile } from "../../../src/core/report/report.ts";
import { formatSarif } from "../../../src/core/report/sarif.ts";
import { formatText } from "../../../src/core/report/text.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { fixtureNames, readFixture, SECRETS } from "../rules/fixture.ts";
import { Dice, PROVIDER_SAMPLES } from "../secrets/samples.ts";
import { analyzed } from "./analyzed.ts";

/** Everything that can leave a scan: every format, with and without what a baseline puts aside, and the baseline itself. */
function everyOutput(file: AnalyzedFile): Readonly<Record<string, string>> {
	const entries = baselineOf(
		[file],
		({ file: name }) => name,
		[],
		() => true,
	);
	const written = formatBaseline(entries);
	const parsed = parseBaseline(written, "baseline.json");
	if (!parsed.ok) throw new Error(parsed.problem.message);
	const after = applyBaseline(parsed.value, [file], ({ file: name }) => name).files;
	const run = { version: "1.0.0", rules: [...RULES, STALE_BASELINE], unread: { files: 0, folders: 0 } };
	return {
		text: formatText([file], (_, text) => text),
		quiet: formatText([file], (_, text) => text, { unread: run.unread, words: "", quiet: true }),
		json: formatJson([file]) + formatJson(after),
		sarif: formatSarif([file], run) + formatSarif(after, run),
		github: formatGitHub([file]),
		baseline: written,
	};
}

/** The forms in which a value could get out without being recognised at once. */
function formsOf(secret: string): readonly string[] {
	const bytes = Buffer.from(secret);
	const json = JSON.stringify(secret).slice(1, -1);
	return [
		secret,
		secret.slice(-12),
		json,
		JSON.stringify(json).slice(1, -1),
		encodeURIComponent(secret),
		bytes.toString("hex"),
		// What is the same at every alignment.
		...[0, 1, 2].map((shift) =>
			Buffer.concat([Buffer.alloc(shift), bytes])
				.toString("base64")
				.slice(4, -4),
		),
		bytes.toString("base64url").slice(0, -2),
		[...secret].reverse().join(""),
	];
}

const dice = new Dice(99);

describe("nothing that leaves a scan holds a secret", () => {
	test.each(PROVIDER_SAMPLES.map((sample) => [sample.name, sample] as const))("%s, at every place of a file", (_, { key, make }) => {
		const places: Record<string, (secret: string) => object> = {
			env: (s) => ({ command: "npx", args: ["x"], env: { [key]: s } }),
			header: (s) => ({ url: "http://mcp.example.com/mcp", headers: { Authorization: `Bearer ${s}`, "X-Key": s } }),
			query: (s) => ({ url: `http://mcp.example.com/mcp?api_key=${encodeURIComponent(s)}` }),
			userinfo: (s) => ({ url: `http://user:${encodeURIComponent(s)}@mcp.example.com/mcp` }),
			argument: (s) => ({ command: "npx", args: ["x", "--token", s, `--api-key=${s}`] }),
			shell: (s) => ({ command: "bash", args: ["-c", `TOKEN=${s} npx x --token '${s}'`] }),
			command: (s) => ({ command: `npx x --token ${s}`, args: [] }),
			// As a name: of a variable, and of a field that no host reads.
			names: (s) => ({ command: "npx", args: ["x"], env: { [s]: "1" }, [s]: "1" }),
			unknown: (s) => ({ command: "npx", args: ["x"], more: { deep: [{ token: s }] } }),
			connection: (s) => ({
				command: "npx",
				args: ["x"],
				env: { DATABASE_URL: `postgres://me:${encodeURIComponent(s)}@db.example.com/x` },
			}),
			nested: (s) => ({ command: "npx", args: ["x"], env: { CONFIG: JSON.stringify({ deep: { api_key: s } }) } }),
			path: (s) => ({ url: `http://mcp.example.com/s/${encodeURIComponent(s)}/mcp` }),
			ignored: (s) => ({ command: "npx", args: ["x"], env: { [key]: s }, "sallyport-ignore": { "secret-in-env": `because of ${s}` } }),
		};
		for (const [place, entry] of Object.entries(places)) {
			const secret = make(dice);
			for (const text of [
				JSON.stringify({ mcpServers: { server: entry(secret) } }, null, 2),
				JSON.stringify({ mcpServers: { server: entry(secret) } }),
				`{"mcpServers": {"server": ${JSON.stringify(entry(secret))},`,
				`{"mcpServers": {\n// ${secret}\n"server": ${JSON.stringify(entry(secret))} /* ${key}=${secret} */\n}}`,
				`{"inputs": [{"id": "x", "default": ${JSON.stringify(secret)}}], "mcpServers": {"server": ${JSON.stringify(entry(secret))}}}`,
			]) {
				const file = analyzed(text);
				expect(file.findings.length).toBeGreaterThan(0);
				for (const [format, output] of Object.entries(everyOutput(file)))
					for (const form of formsOf(secret)) expect(output.includes(form), `${place} in ${format}`).toBe(false);
			}
		}
	});

	test("as the name of a server either", () => {
		for (const { make } of PROVIDER_SAMPLES.slice(0, 4)) {
			const secret = make(dice);
			const text = JSON.stringify({ mcpServers: { [secret]: { command: "npx", args: ["x"], env: { PASSWORD: "hunter2hunter2" } } } });
			for (const [format, output] of Object.entries(everyOutput(analyzed(text))))
				for (const form of formsOf(secret)) expect(output.includes(form), format).toBe(false);
		}
	});

	test.each(fixtureNames())("of %s", (name) => {
		const { document, file } = readFixture(name);
		for (const [format, output] of Object.entries(everyOutput({ ...analyzed(document.text, file, document.host), document })))
			for (const secret of Object.values(SECRETS)) for (const form of formsOf(secret)) expect(output.includes(form), format).toBe(false);
	});
});
