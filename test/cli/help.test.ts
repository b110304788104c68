import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();
beforeAll(() => world.init());
afterAll(() => world.remove());

describe("the help", () => {
	it.each(["tools list", "tools show", "tools allow", "tools deny", "tools lock", "init", "doctor", "secrets set", "network use"])(
		"of %s says what its exit codes mean",
		async (words) => {
			const { code, stdout } = await world.sallyport([...words.split(" "), "--help"]);
			expect([code, stdout]).toEqual([0, expect.stringMatching(/^Exit: 0 /m)]);
			expect((await world.sallyport(["help", ...words.split(" ")])).stdout).toBe(stdout);
		},
	);

	it.each([["help nosuch"], ["nosuch"], ["help tools nosuch"], ["tools help nosuch"], ["tools nosuch"]])(
		"is none for a command that is not there: %s",
		async (words) => {
			const { code, stdout, stderr } = await world.sallyport(words.split(" "));
			expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining("unknown command 'nosuch'")]);
		},
	);
});

describe("a grant that is shown", () => {
	it("has its rows in line, however long their labels are", async () => {
		world.entry("mini");
		const allowed = await world.sallyport(["allow", "mini", "--prompt", "*", "--completions", "--yes"]);
		const rows = allowed.stdout.split("\n").filter((line) => line.startsWith("  + "));
		expect(rows.length).toBeGreaterThan(2);
		for (const row of rows) expect(row.slice(14)).toMatch(/^ \S/);
	});
});
