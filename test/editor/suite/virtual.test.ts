import * as assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { Vaults } from "../../../src/platform/vault/index.ts";
import { actionsAt, diagnosticsOf, openJudged, pointsAt, ruleOf, take } from "./config-files.ts";
import { must, personsHome } from "./granting.ts";

/** Files that are on no disk, as those of a repository that is looked at without being cloned. */
class MemoryFiles implements vscode.FileSystemProvider {
	readonly #files = new Map<string, Uint8Array>();
	readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

	stat({ path }: vscode.Uri): vscode.FileStat {
		const content = this.#files.get(path);
		if (content !== undefined) return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: content.length };
		if ([...this.#files.keys()].some((file) => file.startsWith(`${path}/`)))
			return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
		throw vscode.FileSystemError.FileNotFound();
	}

	readFile({ path }: vscode.Uri): Uint8Array {
		return this.#files.get(path) ?? assert.fail("the file is there");
	}

	writeFile({ path }: vscode.Uri, content: Uint8Array): void {
		this.#files.set(path, content);
	}

	watch(): vscode.Disposable {
		return new vscode.Disposable(() => {});
	}

	readDirectory(): never {
		throw vscode.FileSystemError.Unavailable();
	}

	createDirectory(): never {
		throw vscode.FileSystemError.Unavailable();
	}

	delete(): never {
		throw vscode.FileSystemError.Unavailable();
	}

	rename(): never {
		throw vscode.FileSystemError.Unavailable();
	}
}

suite("a config file that is on no disk", () => {
	const memory = new MemoryFiles();
	const token = generateFakeToken();
	const uri = vscode.Uri.parse("vscode-vfs://test/repository/.cursor/mcp.json");
	const mcpServers = {
		virtual: { command: "npx", args: ["-y", "server-github"], env: { GITHUB_TOKEN: token } },
		search: { url: "http://mcp.example.com/mcp" },
		plain: { command: "npx", args: ["-y", "plain@1.0.0"] },
	};
	let registration: vscode.Disposable;
	let document: vscode.TextDocument;

	suiteSetup(async () => {
		registration = vscode.workspace.registerFileSystemProvider("vscode-vfs", memory, { isCaseSensitive: true });
		memory.writeFile(uri, Buffer.from(`${JSON.stringify({ mcpServers }, null, 2)}\n`));
		document = await openJudged(uri);
	});
	suiteTeardown(async () => {
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
		registration.dispose();
	});

	function diagnosticOf(rule: string): vscode.Diagnostic {
		return diagnosticsOf(uri).find((each) => ruleOf(each) === rule) ?? assert.fail(`there is a diagnostic of ${rule}`);
	}

	test("is judged as any other", () => {
		assert.deepEqual(pointsAt(document), [
			["not-launched-through-sallyport", "npx"],
			["unversioned-runner", "server-github"],
			["secret-in-env", token],
			["insecure-url", "http://mcp.example.com/mcp"],
			["not-launched-through-sallyport", "npx"],
		]);
	});

	test("is offered what the text alone can say, and nothing that starts, asks or stores anything here", async () => {
		const offered = new Set<string>();
		for (const { range } of diagnosticsOf(uri))
			for (const { disabled, command } of await actionsAt(document, range))
				if (disabled === undefined && command !== undefined) offered.add(command.command);
		const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 100);
		for (const { command } of lenses) if (command !== undefined) offered.add(command.command);
		const harmless = ["sallyport.ignore", "sallyport.mendText", "sallyport.servers.focus", "sallyport.showRule"];
		assert.deepEqual([...offered].sort(), harmless);
	});

	test("keeps its secret and its launch when a command asks for more, and the keychain gets nothing", async () => {
		await vscode.commands.executeCommand("sallyport.setUp");
		const before = document.getText();
		const keyPath = ["mcpServers", "virtual", "env", "GITHUB_TOKEN"];
		const offset = document.offsetAt(diagnosticOf("secret-in-env").range.start);
		const finding = { ruleId: "secret-in-env", keyPath, span: { offset, length: token.length } };
		await vscode.commands.executeCommand("sallyport.moveSecret", { uri: uri.toString(), version: document.version, ...finding });
		for (const command of ["sallyport.wrap", "sallyport.secure", "sallyport.approve", "sallyport.listTools"])
			await vscode.commands.executeCommand(command, { uri: uri.toString(), keyPath: keyPath.slice(0, 2) });
		assert.equal(document.getText(), before);
		const vaults = new Vaults(personsHome());
		const stored = must(await vaults.get("keychain").list());
		vaults.close();
		assert.deepEqual(
			stored.filter((path) => path.startsWith("virtual/")),
			[],
		);
	});

	test("is mended where the text alone says how, and saved where it came from", async () => {
		await take(document, "insecure-url", "Use https");
		assert.equal(document.isDirty, false);
		assert.match(Buffer.from(memory.readFile(uri)).toString(), /"https:\/\/mcp\.example\.com\/mcp"/);
	});
});
