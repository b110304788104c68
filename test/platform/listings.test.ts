import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pinOf } from "../../src/core/tools/pin.ts";
import { keepDefinition, readDefinition } from "../../src/platform/definitions.ts";
import { isKeptListing, listedTools, readListing, writeListing } from "../../src/platform/launch/listings.ts";

const home = { state: fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-listings-")) };
afterAll(() => fs.rmSync(home.state, { recursive: true, force: true }));

const fingerprint = (digit: string): string => `sha256:${digit.repeat(64)}`;
const echo = { name: "echo", description: "Echoes", inputSchema: { type: "object" } };
const fileOf = (digit: string): string => path.join(home.state, "listings", `${digit.repeat(64)}.json`);
const pin = (tool: object): string => pinOf(tool) ?? "";

describe("a kept listing", () => {
	it("comes back as it was listed, without _meta, for its own launch alone, readable by its owner alone", async () => {
		const sent = [{ ...echo, _meta: { at: 1 } }, { name: "dup" }, { name: "dup", description: "another" }, "no tool", { name: "" }];
		expect(await writeListing(home, fingerprint("a"), listedTools(sent))).toBe(true);
		expect(readListing(home, fingerprint("a"))?.tools).toEqual([
			{ name: "echo", pin: pinOf(echo), definition: echo },
			{ name: "dup", pin: null, definition: { name: "dup", description: "another" } },
		]);
		expect(readListing(home, fingerprint("b"))).toBeNull();
		expect(fs.statSync(fileOf("a")).mode & 0o777).toBe(0o600);
	});

	it("is known again by its definitions, whatever their _meta", async () => {
		await writeListing(home, fingerprint("c"), listedTools([echo]));
		expect(isKeptListing(home, fingerprint("c"), [{ ...echo, _meta: { at: 2 } }])).toBe(true);
		expect(isKeptListing(home, fingerprint("c"), [{ ...echo, description: "Other" }])).toBe(false);
		expect(isKeptListing(home, fingerprint("c"), [echo, echo])).toBe(false);
		expect(isKeptListing(home, fingerprint("d"), [echo])).toBe(false);
	});

	it("stays when the next one is too large", async () => {
		await writeListing(home, fingerprint("e"), listedTools([echo]));
		expect(await writeListing(home, fingerprint("e"), listedTools([{ ...echo, description: "x".repeat(5_000_000) }]))).toBe(false);
		expect(readListing(home, fingerprint("e"))?.tools[0]?.definition).toEqual(echo);
	});

	it.each([
		["is no JSON", "{"],
		["is of another version", '{"version":2,"at":"","tools":[]}'],
		["has a pin that is none", '{"version":1,"at":"","tools":[{"name":"x","pin":"sha256:x","definition":{}}]}'],
		[
			"shows another definition than the one that its pin is of",
			JSON.stringify({ version: 1, at: "", tools: [{ name: "echo", pin: pinOf({ ...echo, description: "Deletes" }), definition: echo }] }),
		],
		[
			"shows another tool's definition",
			JSON.stringify({ version: 1, at: "", tools: [{ name: "delete", pin: pinOf(echo), definition: echo }] }),
		],
		["is larger than one that we write", " ".repeat(5_000_000)],
	])("is not taken from a file that %s", (_what, text) => {
		fs.writeFileSync(fileOf("f"), text);
		expect(readListing(home, fingerprint("f"))).toBeNull();
	});

	it("is not taken through a link", () => {
		fs.symlinkSync(fileOf("a"), fileOf("9"));
		expect(readListing(home, fingerprint("9"))).toBeNull();
	});
});

describe("a kept definition", () => {
	const file = (of: object): string => path.join(home.state, "definitions", `${pin(of).slice(7)}.json`);

	it("is what its pin says, and nothing else that stands in its place", async () => {
		await keepDefinition(home, pin(echo), { ...echo, _meta: {} });
		expect(readDefinition(home, pin(echo))).toEqual(echo);
		fs.writeFileSync(file(echo), JSON.stringify({ ...echo, description: "Harmless" }));
		expect(readDefinition(home, pin(echo))).toBeNull();
		await keepDefinition(home, pin(echo), echo);
		expect(readDefinition(home, pin(echo))).toEqual(echo);
	});

	it("is not written again, and not when it is too large", async () => {
		await keepDefinition(home, pin(echo), echo);
		const { ino } = fs.statSync(file(echo));
		await keepDefinition(home, pin(echo), echo);
		expect(fs.statSync(file(echo)).ino).toBe(ino);
		const large = { ...echo, description: "x".repeat(300_000) };
		await keepDefinition(home, pin(large), large);
		expect(fs.existsSync(file(large))).toBe(false);
	});

	it("that a server listed while it ran goes when there are too many, the oldest first, and none that was approved does", async () => {
		await keepDefinition(home, pin(echo), echo);
		const seen = Array.from({ length: 70 }, (_, n) => ({ ...echo, description: `${n}${"x".repeat(250_000)}` }));
		for (const each of seen) await keepDefinition(home, pin(each), each, "seen");
		const folder = path.dirname(file(echo));
		const bytes = fs
			.readdirSync(path.join(folder, "seen"))
			.reduce((sum, name) => sum + fs.statSync(path.join(folder, "seen", name)).size, 0);
		expect(bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
		expect(readDefinition(home, pin(echo))).toEqual(echo);
		expect([seen[0], seen.at(-1)].map((each) => each && readDefinition(home, pin(each)))).toEqual([null, seen.at(-1)]);
	});

	it("that was seen and is approved then is kept for good", async () => {
		await keepDefinition(home, pin(echo), echo, "seen");
		expect(readDefinition(home, pin(echo))).toEqual(echo);
		await keepDefinition(home, pin(echo), echo);
		fs.rmSync(path.join(path.dirname(file(echo)), "seen"), { recursive: true });
		expect(readDefinition(home, pin(echo))).toEqual(echo);
	});
});
