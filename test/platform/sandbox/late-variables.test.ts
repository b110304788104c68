import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { fail, ok, type Result } from "../../../src/core/result.ts";
import { bubblewrapEngine } from "../../../src/platform/sandbox/bubblewrap.ts";

const profile = {
	command: "/usr/bin/env",
	args: ["-0"],
	cwd: "/",
	env: { PLAIN: "known from the start" },
	read: [],
	write: [],
	hidden: [],
	hiddenNames: [],
	egress: [],
	limits: {},
};

/** The server's own environment, when these values came after everything else was ready. */
async function environmentWith(late: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
	let ready: (values: Result<Readonly<Record<string, string>>>) => void = () => {};
	const values = new Promise<Result<Readonly<Record<string, string>>>>((resolve) => {
		ready = resolve;
	});
	const starting = bubblewrapEngine().start(profile, { environment: { names: Object.keys(late), values: () => values } });
	await setImmediate();
	ready(ok(late));
	const started = await starting;
	if (!started.ok) throw new Error(started.problem.message);
	const { child, dispose } = started.value;
	const parts: string[] = [];
	for await (const part of child.stdout ?? []) parts.push(String(part));
	await dispose();
	return Object.fromEntries(
		parts
			.join("")
			.split("\0")
			.filter(Boolean)
			.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
	);
}

it.each([
	["quotes, dollars and backslashes", { TOKEN: `it's "a" $(id) \`id\` \\n \\ % & ; é 🔑 ` }],
	["lines, empty ones too", { KEY: "-----BEGIN-----\n\n  a b\t\nlast\n\n", TOKEN: "\n" }],
	["several, a long one among them", { A_1: "1", B_2: "x".repeat(20_000), C_3: " three " }],
	["names that a shell keeps for itself", { UID: "7", PS4: "x", TOKEN: "with\nlines" }],
])("a value that comes late arrives as it is: %s", async (_, late) => {
	const environment = await environmentWith(late);
	expect(environment).toMatchObject({ ...late, PLAIN: "known from the start" });
	expect(Object.keys(environment).filter((name) => name.startsWith("sallyport"))).toEqual([]);
});

it("a value that never comes starts nothing, and one that cannot be passed on is refused", async () => {
	const problem = fail("keychain-locked", "The keychain is locked.", "Unlock it.");
	const names = ["TOKEN"];
	expect(await bubblewrapEngine().start(profile, { environment: { names, values: async () => problem } })).toEqual(problem);
	const cut = { names, values: async () => ok({ TOKEN: "a\0b" }) };
	expect(await bubblewrapEngine().start(profile, { environment: cut })).toMatchObject({ ok: false, problem: { code: "sandbox-text" } });
});
