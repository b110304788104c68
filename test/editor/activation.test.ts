import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { COMMANDS } from "../../src/editor/contributions.ts";
import { ROOT } from "./harness/editor-host.ts";

const Report = z.object({
	touched: z.array(z.string()),
	asked: z.array(z.string()),
	registered: z.array(z.string()),
	parts: z.number(),
});

const Manifest = z.object({ activationEvents: z.array(z.string()) });

/** Activates what is built, until it has nothing left to do, and says what it did meanwhile. */
async function activate(window: {
	readonly folders: readonly string[];
	readonly documents: readonly string[];
}): Promise<z.infer<typeof Report>> {
	const program = path.join(import.meta.dirname, "activation-program.ts");
	const args = [program, path.join(ROOT, "dist", "extension.cjs"), JSON.stringify(window)];
	const child = spawn(process.execPath, ["--experimental-strip-types", "--disable-warning=ExperimentalWarning", ...args], {
		stdio: ["ignore", "pipe", "pipe"],
		shell: false,
		timeout: 60_000,
	});
	let said = "";
	let wrong = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		wrong += text;
	});
	const [code] = await once(child, "close");
	expect(code, wrong).toBe(0);
	return Report.parse(JSON.parse(said));
}

describe("activation, in a Node whose editor is a stub and whose disk, network and processes are watched", () => {
	it("touches nothing and asks the editor for nothing in a window without a folder, and ends", async () => {
		const { touched, asked, parts } = await activate({ folders: [], documents: ["/somewhere/package.json"] });
		expect(parts).toBeGreaterThan(10);
		expect(touched).toEqual([]);
		expect(asked).toEqual([]);
	});

	it("touches nothing in a folder without servers, and asks the editor only whether the files are there that it starts for", async () => {
		const { touched, asked } = await activate({ folders: ["/somewhere"], documents: [] });
		expect(touched).toEqual([]);
		const { activationEvents } = Manifest.parse(JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")));
		const files = activationEvents.flatMap((event) => /^workspaceContains:(.*)$/.exec(event)?.[1] ?? []);
		expect(files).toContain(".vscode/mcp.json");
		expect(asked).toEqual(files.map((file) => `workspace.fs.stat /somewhere/${file}`).sort());
	});

	it("registers every command that there is", async () => {
		const { registered } = await activate({ folders: [], documents: [] });
		expect([...registered].sort()).toEqual([...COMMANDS].sort());
	});

	it("would be caught: what an open config file makes it read is", async () => {
		const { touched } = await activate({ folders: ["/somewhere"], documents: ["/somewhere/.vscode/mcp.json"] });
		expect(touched).toHaveLength(1);
	});
});
