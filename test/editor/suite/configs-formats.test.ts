// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { applyEdits } from "../../../src/core/text.ts";
import { Configs } from "../../../src/editor/configs/configs.ts";
import { entryEdits } from "../../../src/editor/configs/fixes/preview.ts";
import { generateFakeToken } from "../../../src/platform/example.ts";
import {
	actionsAt,
	ConfigFiles,
	diagnosticsOf,
	open,
	openJudged,
	pointsAt,
	replaceIn,
	ruleOf,
	setting,
	take,
	until,
} from "./config-files.ts";
import { ServersWorld } from "./servers-world.ts";

const files = new ConfigFiles();

/** What the editor says of a document within half a second, in which it judges a new one several times over. */
async function silent(document: vscode.TextDocument): Promise<readonly unknown[]> {
	await new Promise((resolve) => setTimeout(resolve, 500));
	return [
		...pointsAt(document),
		...(await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 10)).flatMap(
			({ command }) => (command?.command.startsWith("sallyport.") === true ? [command.title] : []),
		),
	];
}

async function titlesAt(document: vscode.TextDocument, rule: string): Promise<readonly string[]> {
	const found = diagnosticsOf(document.uri).find((each) => ruleOf(each) === rule);
	assert.ok(found, `there is a diagnostic of ${rule} among ${diagnosticsOf(document.uri).map(ruleOf).join(", ")}`);
	return (await actionsAt(document, found.range)).map(({ title }) => title);
}

suite("a config file of TOML", () => {
	suiteSetup(() => setting("vault", "sealed"));
	suiteTeardown(() => setting("vault", undefined));
	teardown(() => files.remove());

	function codex(token: string): string {
		return `# mine\nmodel = "gpt-5"\n\n[mcp_servers.tickets]\ncommand = "npx"\nargs = ["-y", "tickets@1.0.0"]\n\n[mcp_servers.tickets.env]\nGITHUB_TOKEN = "${token}" # from last year\n\n[mcp_servers.far]\nurl = 'http://mcp.example.com/mcp'\n`;
	}

	test("is judged at the exact places, under a language that the editor does not know by itself", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".codex/config.toml", codex(token)));
		assert.equal(document.languageId, "toml");
		const places = await until(
			() => pointsAt(document),
			(now) => now.some(([rule]) => rule === "insecure-url"),
		);
		for (const place of [
			["not-launched-through-sallyport", "npx"],
			["secret-in-env", token],
			["insecure-url", "http://mcp.example.com/mcp"],
		])
			assert.ok(
				places.some((each) => each.join(" ") === place.join(" ")),
				JSON.stringify(places),
			);
		assert.deepEqual(
			(await silent(document)).filter((each) => typeof each === "string" && /unconfined|remote/.test(each)),
			["$(warning) runs unconfined", "$(globe) remote"],
		);
	});

	test("has its secret moved, its server wrapped and its address made secure, each taken back by one undo", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".codex/config.toml", codex(token)));
		const before = document.getText();
		await take(document, "secret-in-env", "Move secret to the encrypted file");
		const moved = document.getText();
		assert.match(moved, /^GITHUB_TOKEN = "sealed:\/\/tickets\/GITHUB_TOKEN(?:-\d+)?" # from last year$/m);
		assert.match(moved, /^command = ".*\/\.sallyport\/bin\/sallyport"$/m);
		assert.match(moved, /^args = \["run", "--name", "tickets",.* "npx", "-y", "tickets@1\.0\.0"\]$/m);
		assert.equal(moved.includes(token), false);
		assert.equal(fs.readFileSync(document.uri.fsPath, "utf8"), moved);
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), before);
		await until(
			() => pointsAt(document).map(([rule]) => rule),
			(rules) => rules.includes("insecure-url"),
		);
		await take(document, "insecure-url", "Use https");
		assert.equal(document.getText(), before.replace("http://", "https://"));
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), before);
	});

	test("has all that the text alone can mend shown together, also of a table that stands in several places", async () => {
		const text =
			'[mcp_servers.a]\nurl = "http://a.example.com/mcp"\n\n[mcp_servers.b]\nurl = "http://b.example.com/mcp"\n\n[mcp_servers.a.http_headers]\nX-Team = "${TEAM}"\n';
		const document = await openJudged(files.write(".codex/config.toml", text));
		const here = new ServersWorld();
		const configs = new Configs(here.services);
		const open = configs.open(document);
		assert.ok(open);
		const entries = entryEdits({ services: here.services, configs }, open, [], null);
		here.remove();
		assert.equal(
			applyEdits(
				text,
				entries.map(({ edit }) => edit),
			),
			text.replaceAll("http://", "https://"),
		);
	});

	test("says nothing while it has no servers", async () => {
		const document = await open(files.write(".codex/config.toml", 'model = "gpt-5"\n[tui]\ntheme = "dark"\n'));
		assert.deepEqual(await silent(document), []);
	});
});

suite("a config file of YAML", () => {
	suiteSetup(() => setting("vault", "sealed"));
	suiteTeardown(() => setting("vault", undefined));
	teardown(() => files.remove());

	test("of Continue is judged and mended, and one undo takes it back", async () => {
		const token = generateFakeToken();
		const text = `name: mine\nversion: 1.0.0\nmcpServers:\n  - name: tickets\n    command: npx\n    args:\n      - "-y"\n      - tickets@1.0.0\n    env:\n      GITHUB_TOKEN: ${token}\n  - name: far\n    type: streamable-http\n    url: http://mcp.example.com/mcp # old\n`;
		const document = await openJudged(files.write(".continue/mcpServers/mine.yaml", text));
		const places = pointsAt(document).map((each) => each.join(" "));
		for (const place of [`secret-in-env ${token}`, "insecure-url http://mcp.example.com/mcp", "not-launched-through-sallyport npx"])
			assert.ok(places.includes(place), JSON.stringify(places));
		await take(document, "insecure-url", "Use https");
		assert.equal(document.getText(), text.replace("http://", "https://"));
		await vscode.commands.executeCommand("undo");
		await until(
			() => pointsAt(document).map(([rule]) => rule),
			(rules) => rules.includes("secret-in-env"),
		);
		await take(document, "secret-in-env", "Move secret to the encrypted file");
		const moved = document.getText();
		assert.match(moved, /^ {6}GITHUB_TOKEN: "?sealed:\/\/tickets\/GITHUB_TOKEN(?:-\d+)?"?$/m);
		assert.match(moved, /^ {4}command: .*\/\.sallyport\/bin\/sallyport"?$/m);
		assert.equal(moved.includes(token), false);
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), text);
	});

	test("of Goose, which is the person's own, is judged where only its servers are meant", async () => {
		const token = generateFakeToken();
		const text = `GOOSE_PROVIDER: openai\nextensions:\n  developer:\n    type: builtin\n    enabled: true\n  tickets:\n    type: stdio\n    cmd: npx\n    args: ["-y", "tickets@1.0.0"]\n    envs:\n      GITHUB_TOKEN: ${token}\n`;
		const document = await openJudged(files.writeInHome(".config/goose/config.yaml", text));
		assert.ok(pointsAt(document).some(([rule, at]) => rule === "secret-in-env" && at === token));
		assert.ok((await titlesAt(document, "secret-in-env")).includes("Move secret to the encrypted file"));
		await take(document, "not-launched-through-sallyport", "Launch through Sallyport");
		assert.match(document.getText(), /^ {4}cmd: .*\/\.sallyport\/bin\/sallyport"?$/m);
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), text);
	});

	test("that has nothing to do with servers is left alone", async () => {
		const uri = files.write("docker-compose.yaml", `services:\n  web:\n    environment:\n      GITHUB_TOKEN: ${generateFakeToken()}\n`);
		assert.deepEqual(await silent(await open(uri)), []);
	});
});

suite("a file that may be about servers, and may be about anything else", () => {
	teardown(() => files.remove());

	for (const [name, relative] of [
		["settings of VS Code", ".vscode/settings.json"],
		["a dev container", ".devcontainer/devcontainer.json"],
		["a manifest", "manifest.json"],
		["opencode", "opencode.json"],
		["Zed", ".zed/settings.json"],
	] as const)
		test(`is left alone while it is: ${name}, also when it is broken`, async () => {
			const uri = files.write(relative, { "editor.fontSize": 12, name: "web", env: { GITHUB_TOKEN: generateFakeToken() } });
			const document = await open(uri);
			assert.deepEqual(await silent(document), []);
			await replaceIn(document, '"editor.fontSize"', '"editor.fontSize');
			await new Promise((resolve) => setTimeout(resolve, 1_300));
			assert.deepEqual(await silent(document), []);
		});

	test("is judged where it holds servers: settings of VS Code, and a dev container", async () => {
		const token = generateFakeToken();
		const servers = { tickets: { command: "npx", args: ["-y", "tickets@1.0.0"], env: { GITHUB_TOKEN: token } } };
		for (const [relative, content] of [
			[".vscode/settings.json", { "editor.fontSize": 12, mcp: { servers } }],
			[".devcontainer/devcontainer.json", { image: "ubuntu", customizations: { vscode: { mcp: { servers } } } }],
		] as const) {
			const document = await openJudged(files.write(relative, content));
			assert.ok(pointsAt(document).some(([rule, at]) => rule === "secret-in-env" && at === token));
		}
	});
});

suite("the view, of hosts of every format", () => {
	let here: ServersWorld;
	suiteSetup(async () => {
		here = new ServersWorld();
		await here.world.init();
	});
	suiteTeardown(() => here.remove());

	test("lists the workspace's and the person's own files that hold servers, and no other", async () => {
		const { world, servers } = here;
		const write = (folder: string, relative: string, text: string): void => {
			const file = path.join(folder, relative);
			fs.mkdirSync(path.dirname(file), { recursive: true });
			fs.writeFileSync(file, text);
		};
		write(world.workspace, ".codex/config.toml", '[mcp_servers.toml]\ncommand = "node"\nargs = ["/srv/x.js"]\n');
		write(world.workspace, ".continue/mcpServers/a.yaml", "mcpServers:\n  - name: yaml\n    command: node\n    args: [/srv/x.js]\n");
		write(world.workspace, ".vscode/settings.json", '{ "mcp": { "servers": { "legacy": { "url": "https://mcp.example.com" } } } }');
		write(world.workspace, ".zed/settings.json", '{ "theme": "dark" }');
		write(world.workspace, ".devcontainer/devcontainer.json", '{ "image": "ubuntu" }');
		write(world.home, ".codex/config.toml", 'model = "gpt-5"\n');
		write(world.home, ".config/goose/config.yaml", "extensions:\n  goose:\n    type: stdio\n    cmd: node\n    args: [/srv/x.js]\n");
		await servers.load();
		const listed = servers.files
			.filter(({ servers: found, findings, problem }) => found.length > 0 || findings.length > 0 || problem !== null)
			.filter(({ path: file }) => file.startsWith(world.folder))
			.flatMap(({ host, scope, servers: found }) => found.map(({ name }) => `${host} ${scope} ${name}`));
		assert.deepEqual([...listed].sort(), [
			"codex workspace toml",
			"continue workspace yaml",
			"goose user goose",
			"vscode-settings workspace legacy",
		]);
		assert.equal(here.server("toml").line !== null, true);
	});
});
