import { describe, expect, it } from "vitest";
import { spanWithin } from "../../../src/core/config/escapes.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { parseReference } from "../../../src/core/config/references.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { maskSecrets } from "../../../src/core/fixes/mask.ts";
import { type MovePlan, moveEdits, planMoves, secretOf } from "../../../src/core/fixes/move-secrets.ts";
import type { Wrapping } from "../../../src/core/fixes/wrap.ts";
import { type Finding, newFinding } from "../../../src/core/rules/finding.ts";
import { applyEdits } from "../../../src/core/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";

const wrappingOf = ({ name }: { readonly name: { readonly value: string } }): Wrapping => ({
	launcher: "/l/bin/sallyport",
	name: name.value,
	workspace: null,
});

/** Every place of `secret` in the environment of a stdio server, as a rule would report it. */
function found(document: ConfigDocument, secret: string): Finding[] {
	return document.servers.flatMap((server) =>
		(server.kind === "stdio" ? server.env : []).flatMap(({ name, value }) => {
			const at = value.value.indexOf(secret);
			if (at < 0) return [];
			const span = spanWithin(document.text, value, at, at + secret.length);
			const keyPath = [...server.keyPath, "env", name.value];
			return [
				newFinding({
					ruleId: "secret-test",
					severity: "error",
					server: server.name.value,
					keyPath,
					span,
					message: "m",
					slot: `env:${name.value}`,
					fixes: ["move-secret"],
				}),
			];
		}),
	);
}

const read = (raw: string): ConfigDocument => parseConfig(raw, "mcp-json", "mcp.json");
const file = (env: string, name = "github"): string =>
	`{ "mcpServers": { ${JSON.stringify(name)}: { "command": "srv", "env": { ${env} } } } }`;
const wrapped = (env: string): string =>
	`{ "mcpServers": { "github": { "command": "/l/bin/sallyport", "args": [ "run", "--name", "github", "--", "srv" ], "env": { ${env} } } } }`;

function move(
	raw: string,
	secret: string,
): { readonly text: string; readonly plan: MovePlan; readonly secrets: readonly (string | null)[] } {
	const document = read(raw);
	const plan = planMoves(document, found(document, secret), wrappingOf);
	const chosen = plan.moves.map((one) => {
		const reference = parseReference(`keychain://${one.path}`);
		if (reference === null) throw new Error(`no reference: ${one.path}`);
		return { move: one, reference };
	});
	const edits = moveEdits(document, chosen, wrappingOf);
	if (!edits.ok) throw new Error(edits.problem.message);
	return { text: applyEdits(document.text, edits.value), plan, secrets: plan.moves.map((move) => secretOf(document.text, move)) };
}

describe("moving a secret", () => {
	it("puts a reference in the place of a whole value, and wraps the entry", () => {
		const { text, secrets } = move(file('"TOKEN": "fake-value"'), "fake-value");
		expect(text).toBe(wrapped('"TOKEN": "keychain://github/TOKEN"'));
		expect(secrets).toEqual(["fake-value"]);
	});

	it("puts a reference in braces in the place of a part", () => {
		expect(move(file('"AUTH": "Bearer fake-value\\n"'), "fake-value").text).toBe(
			wrapped('"AUTH": "Bearer {{ keychain://github/AUTH }}\\n"'),
		);
	});

	it("does not wrap what is wrapped", () => {
		expect(move(wrapped('"TOKEN": "fake-value"'), "fake-value").text).toBe(wrapped('"TOKEN": "keychain://github/TOKEN"'));
	});

	it("reads a value through its escapes", () => {
		const { text, secrets } = move(file('"TOKEN": "f\\u0061ke\\n\\"value\\""'), 'fake\n"value"');
		expect(secrets).toEqual(['fake\n"value"']);
		expect(text).toBe(wrapped('"TOKEN": "keychain://github/TOKEN"'));
	});

	it("gives a bare number the quotes that a reference needs", () => {
		expect(move(file('"PIN": 83649174'), "83649174").text).toBe(wrapped('"PIN": "keychain://github/PIN"'));
	});

	it("adds to a value that holds a reference already", () => {
		expect(move(wrapped('"URL": "a={{ keychain://x/Y }}&b=fake-value"'), "fake-value").text).toBe(
			wrapped('"URL": "a={{ keychain://x/Y }}&b={{ keychain://github/URL }}"'),
		);
	});

	it("moves once what two rules see", () => {
		const document = read(file('"TOKEN": "fake-value"'));
		const [finding] = found(document, "fake-value");
		const [part] = found(document, "value");
		if (finding === undefined || part === undefined) throw new Error("nothing found");
		const { moves, unmovable } = planMoves(document, [part, finding, finding], wrappingOf);
		expect([moves.map(({ span }) => span), unmovable]).toEqual([[finding.span], []]);
	});

	it.each([
		["github", "TOKEN", "github/TOKEN"],
		["my server 📁", "A B", "my-server/A-B"],
		["../../etc", "..", "..-..-etc/SECRET"],
		["-", "-", "server/SECRET"],
		["日本", "日本", "server/SECRET"],
		[githubToken(new Dice(5), "ghp"), "TOKEN", "server/TOKEN"],
		["__proto__", "constructor", "__proto__/constructor"],
		["x".repeat(200), "y".repeat(200), `${"x".repeat(80)}/${"y".repeat(80)}`],
	])("names the entry after server and variable: %j %j", (server, variable, path) => {
		const { plan } = move(file(`${JSON.stringify(variable)}: "fake-value"`, server), "fake-value");
		expect(plan.moves.map((one) => one.path)).toEqual([path]);
		expect(parseReference(`keychain://${path}`)).not.toBeNull();
	});
});

describe("a secret that cannot move", () => {
	const reasons = (document: ConfigDocument, findings: readonly Finding[]): string[] => {
		const { moves, unmovable } = planMoves(document, findings, wrappingOf);
		expect(moves).toEqual([]);
		return unmovable.map(({ reason }) => reason);
	};

	it.each([
		["args", /environment variable/],
		["headers", /sign-in/],
		["url", /address/],
		["inputs", /by hand/],
	])("in %s is explained", (key, expected) => {
		const document = read(file('"X": "y"'));
		const finding = newFinding({
			ruleId: "secret-x",
			severity: "error",
			server: "github",
			keyPath: ["mcpServers", "github", key, 0],
			span: { offset: 3, length: 4 },
			message: "m",
		});
		expect(reasons(document, [finding])).toEqual([expect.stringMatching(expected)]);
	});

	it("in a file with a syntax error, or under a key that stands twice, is explained", () => {
		for (const raw of [`${file('"T": "fake-value"')}}`, file('"T": "a", "T": "fake-value"')]) {
			const document = read(raw);
			expect(reasons(document, found(document, "fake-value"))).toEqual([expect.stringContaining("cannot be edited safely")]);
		}
	});

	it("next to text that would forge a reference stays", () => {
		for (const value of ["{{ keychain://a/B }fake-value", "keychain://fake-value", "{{ keychain://fake-value }}"]) {
			const document = read(file(`"T": ${JSON.stringify(value)}`));
			expect(reasons(document, found(document, "fake-value"))).toEqual([expect.stringContaining("no reference can stand")]);
		}
	});

	it("in an entry that cannot be wrapped stays, since only the launcher resolves references", () => {
		const document = read('{ "mcpServers": { "a": { "command": "s", "args": null, "env": { "T": "fake-value" } } } }');
		expect(reasons(document, found(document, "fake-value"))).toEqual([expect.stringContaining('"args"')]);
	});

	it("that another rule reports is none of its business", () => {
		const document = read(file('"T": "fake-value"'));
		const findings = found(document, "fake-value").map((finding) => ({ ...finding, ruleId: "wide-path" }));
		expect(planMoves(document, findings, wrappingOf)).toEqual({ moves: [], unmovable: [] });
	});
});

describe("masking", () => {
	it("hides every credential, also where findings overlap, and nothing else", () => {
		const finding = (offset: number, length: number, ruleId = "secret-x"): Finding =>
			newFinding({ ruleId, severity: "error", server: null, keyPath: [], span: { offset, length }, message: "" });
		const text = "abcdefghij";
		expect(maskSecrets(read(text), [finding(4, 4), finding(2, 4), finding(3, 1), finding(9, 1, "other")])).toBe("ab••••••••ij");
		expect(maskSecrets(read(text), [finding(0, 0)])).toBe(text);
	});
});
