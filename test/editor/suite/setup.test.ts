import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { suite, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { statusOf } from "../../../src/editor/live/status.ts";
import { examineMachine } from "../../../src/editor/onboarding/machine.ts";
import { machineReport } from "../../../src/editor/onboarding/machine-report.ts";
import { commandIn } from "../../../src/editor/onboarding/remedies.ts";
import type { Server } from "../../../src/editor/servers/model.ts";
import { Services } from "../../../src/editor/services.ts";
import { copyExample } from "../../../src/platform/example.ts";
import { diagnose } from "../../../src/platform/sandbox/diagnose.ts";
import { trustedProgram } from "../../../src/platform/sandbox/trusted.ts";

const EXAMPLE = "examples/quickstart";

suite("set-up", () => {
	test("shows the check of this machine as a document that cannot be edited", async () => {
		await vscode.commands.executeCommand("sallyport.checkMachine");
		const document = vscode.window.activeTextEditor?.document;
		assert.equal(document?.uri.scheme, "sallyport-machine");
		assert.match(document.getText(), /^Sallyport \d+\.\d+\.\d+: this machine\n/);
		for (const title of ["Node.js", "Home", "Sandbox", "Keychain"]) assert.match(document.getText(), new RegExp(`^[✓✗] ${title}`, "m"));
		assert.equal(document.getText().includes("sallyport init"), false);
		assert.equal(document.isDirty, false);
	});

	test("checks nothing in a workspace that is not trusted, where Sallyport starts nothing and writes no entry into the keychain", async () => {
		const services = new (class extends Services {
			override get trusted(): boolean {
				return false;
			}
		})({} as vscode.ExtensionContext);
		const examined = await examineMachine(services);
		services.dispose();
		assert.equal(examined.ok ? null : examined.problem.code, "untrusted");
	});

	test("makes the home and the launcher that config files name", async () => {
		await vscode.commands.executeCommand("sallyport.setUp");
		const home = process.env.SALLYPORT_HOME || path.join(process.env.HOME ?? os.homedir(), ".sallyport");
		assert.equal(fs.existsSync(path.join(home, "bin", "sallyport")), true);
		await vscode.commands.executeCommand("sallyport.checkMachine");
		const text = vscode.window.activeTextEditor?.document.getText() ?? "";
		for (const title of ["Home", "Launcher", "Grants"]) assert.match(text, new RegExp(`^✓ ${title}$`, "m"));
	});

	test("refuses a home that the workspace brings along, and makes nothing there", async () => {
		const [folder] = vscode.workspace.workspaceFolders ?? [];
		assert.ok(folder);
		const brought = path.join(folder.uri.fsPath, ".sallyport-home");
		const services = new (class extends Services {
			override readonly env = { ...process.env, SALLYPORT_HOME: brought };
		})({} as vscode.ExtensionContext);
		for (const outcome of [services.home(), await services.setUp()])
			assert.equal(outcome.ok ? null : outcome.problem.code, "home-in-workspace");
		assert.equal(fs.existsSync(brought), false);
		services.dispose();
	});

	test("opens the walkthrough, whose pages are in the package", async () => {
		const extension = vscode.extensions.getExtension("sallyport.sallyport");
		assert.ok(extension);
		const [walkthrough] = extension.packageJSON.contributes.walkthroughs;
		for (const { media } of walkthrough.steps) assert.equal(fs.existsSync(path.join(extension.extensionPath, media.markdown)), true);
		await vscode.commands.executeCommand("sallyport.openWalkthrough");
	});

	test("offers the one command that mends what is missing, and no other text as one", () => {
		const debian = { has: (program: string): boolean => program === "apt-get", root: false };
		const bubblewrap = trustedProgram("bwrap", "bubblewrap", ["/nonexistent"]);
		assert.ok(!bubblewrap.ok);
		assert.equal(commandIn(bubblewrap.problem.remedy, debian), "sudo apt-get install bubblewrap");
		assert.equal(commandIn(bubblewrap.problem.remedy, { ...debian, root: true }), "apt-get install bubblewrap");
		assert.equal(
			commandIn(bubblewrap.problem.remedy, { has: (program) => program === "pacman", root: false }),
			"sudo pacman -S bubblewrap",
		);
		assert.equal(commandIn(bubblewrap.problem.remedy, { has: () => false, root: false }), null);
		const evidence = { said: "bwrap: setting up uid map: Permission denied", unprivilegedClone: null, seccompMode: 0, uid: 1000 };
		const sysctl = diagnose({ ...evidence, apparmorRestricts: null, maxUserNamespaces: 0 });
		assert.equal(commandIn(sysctl.remedy, debian), "sudo sysctl -w user.max_user_namespaces=1024");
		const apparmor = diagnose({ ...evidence, apparmorRestricts: 1, maxUserNamespaces: 1000 });
		assert.match(commandIn(apparmor.remedy, debian) ?? "", /^printf '.*' \| sudo tee .* && sudo apparmor_parser/);
		for (const other of ["Run: chmod 700 /tmp/$(id)", "Run: sallyport init", "Start a desktop session."])
			assert.equal(commandIn(other, debian), null);
	});

	test("says what is missing in the editor's words", () => {
		const report = machineReport(
			[
				{ id: "home", ok: false, message: "There is no Sallyport home.", remedy: "Run: sallyport init", code: "no-home" },
				{ id: "sandbox", ok: true, message: "it stands", remedy: "", code: null },
			],
			"1.2.3",
		);
		assert.equal(
			report,
			[
				"Sallyport 1.2.3: this machine",
				"One thing is missing.",
				"",
				"✗ Home (missing)",
				"  There is no Sallyport home.",
				"  → Run “Sallyport: Set Up”",
				"",
				"✓ Sandbox",
				"  it stands",
				"",
			].join("\n"),
		);
	});
});

suite("the quickstart workspace", () => {
	const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-example-")));
	suiteTeardown(() => fs.rmSync(folder, { recursive: true, force: true }));
	const example = (): string => path.join(vscode.extensions.getExtension("sallyport.sallyport")?.extensionPath ?? "", EXAMPLE);

	test("comes with the extension, and each copy has a made-up token of its own", () => {
		const tokens = ["one", "two"].map((name) => {
			const copied = copyExample(example(), path.join(folder, name));
			assert.ok(copied.ok);
			const text = fs.readFileSync(path.join(folder, name, ".vscode", "mcp.json"), "utf8");
			assert.equal(text.includes(copied.value.token), true);
			assert.match(copied.value.token, /^ghp_[0-9A-Za-z]{36}$/);
			for (const file of [".mcp.json", ".cursor/mcp.json", "README.md", "docs/about.md", "notes/README.md"])
				assert.equal(fs.existsSync(path.join(folder, name, file)), true, file);
			return copied.value.token;
		});
		assert.notEqual(tokens[0], tokens[1]);
	});

	test("never overwrites a folder that has something in it", () => {
		const copied = copyExample(example(), folder);
		assert.ok(!copied.ok);
		assert.equal(copied.problem.code, "folder-not-empty");
	});
});

suite("the status bar", () => {
	const server = (name: string, state: Server["state"], more: object = {}): Server =>
		({ name, state, running: 0, refusal: null, tools: null, ...more }) as Server;

	test("says nothing where there are no servers", () => {
		assert.equal(statusOf([]), null);
	});

	test("shows the worst state, and calls for attention only where something is wrong", () => {
		const calm = statusOf([server("a", "guarded"), server("b", "remote")]);
		assert.equal(calm?.text, "$(shield) MCP");
		assert.equal(calm.warns, false);
		const open = statusOf([server("a", "guarded"), server("b", "unguarded"), server("c", "unguarded")]);
		assert.equal(open?.text, "$(unlock) MCP: 2 unguarded");
		assert.equal(open.warns, false);
		assert.equal(open.spoken, "MCP servers: 2 of 3 unguarded");
		const drifted = statusOf([server("a", "unguarded"), server("b", "drifted", { tools: [{ state: "changed" }] })]);
		assert.equal(drifted?.state, "drifted");
		assert.equal(drifted.warns, true);
		assert.deepEqual(drifted.lines[0], { icon: "git-compare", name: "b", says: "a tool is not what you approved" });
		const refused = statusOf([
			server("a", "drifted"),
			server("b", "refused", { refusal: { code: "launch-changed", message: "Its command changed.", remedy: "" }, running: 1 }),
		]);
		assert.equal(refused?.text, "$(circle-slash) MCP: 1 refused");
		assert.equal(refused.warns, true);
		assert.equal(refused.lines[0]?.says, "would be refused: Its command changed, running");
		const refusal = { code: "not-approved", message: "Never approved.", remedy: "" };
		const waiting = statusOf([server("a", "refused", { refusal, grant: null, line: {} })]);
		assert.equal(waiting?.text, "$(circle-slash) MCP: 1 to approve");
		assert.equal(waiting.warns, false);
	});
});
