// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { Around } from "../../../src/editor/configs/around.ts";
import { Configs } from "../../../src/editor/configs/configs.ts";
import { Services } from "../../../src/editor/services.ts";
import { acceptSettings, readWaiting } from "../../../src/platform/approval/accept.ts";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { createHome, type Home, homePath } from "../../../src/platform/home.ts";
import { ConfigFiles, diagnosticsOf, openJudged, replaceIn, ruleOf, setting, take, until } from "./config-files.ts";

const files = new ConfigFiles();

function tickets(env: object, more: object = {}): object {
	return { mcpServers: { tickets: { command: "npx", args: ["-y", "tickets@1.0.0"], env, ...more } } };
}

async function findingOf(uri: vscode.Uri, rule: string): Promise<vscode.Diagnostic> {
	const found = await until(
		() => diagnosticsOf(uri).filter((each) => ruleOf(each) === rule),
		(now) => now.length > 0,
	);
	assert.ok(found[0]);
	return found[0];
}

async function hoverOn(document: vscode.TextDocument, text: string): Promise<string> {
	const at = document.getText().indexOf(text);
	assert.ok(at >= 0, `${text} is there`);
	const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
		"vscode.executeHoverProvider",
		document.uri,
		document.positionAt(at + 3),
	);
	return hovers
		.flatMap(({ contents }) => contents)
		.map((content) => (typeof content === "string" ? content : content.value))
		.join("\n")
		.replaceAll("&nbsp;", " ");
}

function jwt(claims: object): string {
	const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	return `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: randomBytes(8).toString("hex"), ...claims })}.${randomBytes(32).toString("base64url")}`;
}

suite("what stands in other files", () => {
	teardown(() => files.remove());

	test("is told of a secret that two files share, with the very place in the other one", async () => {
		const token = generateFakeToken();
		const one = files.write(".cursor/mcp.json", tickets({ GITHUB_TOKEN: token }));
		const other = files.writeBeside(one, ".codex/config.toml", `[mcp_servers.wiki]\ncommand = "wiki"\nenv = { GH_TOKEN = "${token}" }\n`);
		const document = await openJudged(one);
		const finding = await findingOf(one, "shared-credential");
		assert.equal(document.getText(finding.range), token);
		assert.match(finding.message, /project-\w+\/\.codex\/config\.toml/);
		const [related] = finding.relatedInformation ?? [];
		assert.equal(related?.location.uri.toString(), other.toString());
		const there = await vscode.workspace.openTextDocument(other);
		assert.equal(there.getText(related?.location.range), token);
		assert.match(related?.message ?? "", /wiki/);
		for (const { message, relatedInformation = [] } of diagnosticsOf(one))
			for (const text of [message, ...relatedInformation.map((each) => each.message)])
				assert.equal(text.includes(token.slice(4, 12)), false);
	});

	test("is told anew when the other file changes on the disk", async () => {
		const token = generateFakeToken();
		const one = files.write(".cursor/mcp.json", tickets({ GITHUB_TOKEN: token }));
		const other = files.writeBeside(one, ".mcp.json", tickets({ GITHUB_TOKEN: token }));
		await openJudged(one);
		await findingOf(one, "shared-credential");
		fs.writeFileSync(other.fsPath, JSON.stringify(tickets({})));
		await until(
			() => diagnosticsOf(one).map(ruleOf),
			(rules) => !rules.includes("shared-credential"),
		);
	});

	test("is told of a server that another host's file defines differently", async () => {
		const one = files.write(".cursor/mcp.json", tickets({}));
		const other = files.writeBeside(one, ".roo/mcp.json", {
			mcpServers: { tickets: { command: "npx", args: ["-y", "tickets@0.9.0"] } },
		});
		await openJudged(one);
		const finding = await findingOf(one, "server-drift");
		assert.equal(finding.relatedInformation?.[0]?.location.uri.toString(), other.toString());
	});
});

suite("what git and the disk say of an open file", () => {
	teardown(() => files.remove());

	test("is told once it is saved: a credential that git tracks", async () => {
		const uri = files.write(".cursor/mcp.json", tickets({ LOG: "info" }));
		const folder = path.dirname(path.dirname(uri.fsPath));
		for (const args of [
			["init", "--quiet"],
			["add", "--all"],
		])
			assert.equal(spawnSync("git", args, { cwd: folder, shell: false }).status, 0);
		const document = await openJudged(uri);
		const token = generateFakeToken();
		await replaceIn(document, '"LOG": "info"', `"GITHUB_TOKEN": "${token}"`);
		await document.save();
		const finding = await findingOf(uri, "credential-in-git");
		assert.equal(document.getText(finding.range), token);
	});

	test("is told of a variable that is not set", async () => {
		const name = `NOBODY_SETS_${randomBytes(4).toString("hex").toUpperCase()}`;
		const uri = files.write(".cursor/mcp.json", tickets({ TOKEN: `\${env:${name}}`, HOME_TOO: "${env:HOME}" }));
		const document = await openJudged(uri);
		const finding = await findingOf(uri, "unresolved-reference");
		assert.equal(document.getText(finding.range), `\${env:${name}}`);
		assert.equal(diagnosticsOf(uri).filter((each) => ruleOf(each) === "unresolved-reference").length, 1);
	});
});

suite("in a workspace that is not trusted", () => {
	test("nothing is known beyond a file's own text, whatever was seen before", () => {
		const state = { trusted: true, env: { HOME: "/home/ada" }, userHome: "/home/ada" };
		const around = new Around(state as unknown as Services);
		const text = JSON.stringify(tickets({ GITHUB_TOKEN: generateFakeToken() }));
		const seen = ["a/.mcp.json", "b/.mcp.json"].map((file) => ({
			uri: vscode.Uri.file(`/srv/${file}`),
			path: `/srv/${file}`,
			document: parseConfig(text, "mcp-json", file),
		}));
		around.see(seen);
		around.miss(new Set(["sealed://a/b"]));
		assert.deepEqual(Object.keys(around.contextOf("a/.mcp.json")).sort(), ["environment", "missingReferences", "now", "surroundings"]);
		state.trusted = false;
		assert.deepEqual(Object.keys(around.contextOf("a/.mcp.json")), ["now"]);
		around.dispose();
	});

	test("a repository's file silences nothing by itself, and says what will count; a person's own file does", async () => {
		let trusted = false;
		const services = new (class extends Services {
			override get trusted(): boolean {
				return trusted;
			}
		})({ globalStorageUri: vscode.Uri.parse("none:/storage") } as unknown as vscode.ExtensionContext);
		const configs = new Configs(services);
		const entry = `"tickets": { "command": "/usr/bin/tickets", "env": {\n// sallyport-ignore secret-in-env made up\n"TOKEN": "${generateFakeToken()}" } }`;
		const text = `{ "mcpServers": { ${entry} } }`;
		const said = async (uri: vscode.Uri): Promise<readonly string[]> => {
			const opened = configs.open(await vscode.workspace.openTextDocument(uri));
			assert.ok(opened);
			return configs
				.analysis(opened)
				.findings.filter(({ ruleId }) => ruleId === "secret-in-env")
				.map(({ message }) => message);
		};
		const shared = files.write(".cursor/mcp.json", text);
		const [message, ...others] = await said(shared);
		assert.deepEqual(others, []);
		assert.match(message ?? "", /^TOKEN holds .* The file says to ignore this, which counts once the workspace is trusted\.$/);
		assert.deepEqual(await said(files.writeInHome(".kiro/settings/mcp.json", text)), []);
		trusted = true;
		assert.deepEqual(await said(shared), []);
		configs.dispose();
		await files.remove();
	});
});

suite("the person's own policy", () => {
	let policy = "";
	let home: Home;
	suiteSetup(() => {
		const made = createHome(homePath(process.env), { unattended: false });
		assert.ok(made.ok);
		home = made.value;
		policy = path.join(made.value.policy, "rules.jsonc");
	});
	teardown(async () => {
		fs.rmSync(policy, { force: true });
		await setting("rules", undefined);
		await files.remove();
	});
	suiteTeardown(() => setting("rules", undefined));

	test("says how serious a rule is, as in a scan, and the setting comes on top", async () => {
		const uri = files.write(".cursor/mcp.json", { mcpServers: { far: { url: "http://mcp.example.com/mcp" } } });
		await openJudged(uri);
		const severity = (): vscode.DiagnosticSeverity | null =>
			diagnosticsOf(uri).find((each) => ruleOf(each) === "insecure-url")?.severity ?? null;
		assert.equal(severity(), vscode.DiagnosticSeverity.Warning);
		fs.writeFileSync(policy, JSON.stringify({ version: 1, servers: [], rules: { "insecure-url": "error" } }));
		await until(severity, (now) => now === vscode.DiagnosticSeverity.Error);
		await setting("rules", { "insecure-url": "info" });
		await until(severity, (now) => now === vscode.DiagnosticSeverity.Information);
		await setting("rules", { "insecure-url": "hint" });
		await until(severity, (now) => now === vscode.DiagnosticSeverity.Hint);
		await setting("rules", undefined);
		const off = JSON.stringify({ version: 1, servers: [], rules: { "insecure-url": "off" } });
		fs.writeFileSync(policy, off);
		await until(severity, (now) => now === vscode.DiagnosticSeverity.Warning);
		const waiting = await readWaiting(home, {});
		assert.ok(waiting.ok && waiting.value.settings !== null);
		assert.ok((await acceptSettings(home, waiting.value.settings, {})).ok);
		fs.writeFileSync(policy, off);
		await until(severity, (now) => now === null);
		fs.rmSync(policy);
		await until(severity, (now) => now === vscode.DiagnosticSeverity.Warning);
	});

	test("tells of servers that it forbids, from when it does", async () => {
		const uri = files.write(".cursor/mcp.json", { mcpServers: { box: { command: "docker", args: ["run", "image"] } } });
		await openJudged(uri);
		const said = (): string | null => diagnosticsOf(uri).find((each) => ruleOf(each) === "forbidden-server")?.message ?? null;
		assert.equal(said(), null);
		fs.writeFileSync(policy, JSON.stringify({ version: 1, servers: [], forbid: [{ command: "docker", reason: "Use podman." }] }));
		await until(said, (now) => now?.includes("policy forbids this server: Use podman. Remove it.") === true);
		fs.writeFileSync(policy, JSON.stringify({ version: 1, servers: [], forbid: [{ command: "podman" }] }));
		await until(said, (now) => now === null);
	});

	test("is raised and never lowered by the one that a workspace brings along", async () => {
		const [folder] = vscode.workspace.workspaceFolders ?? [];
		assert.ok(folder);
		const own = path.join(folder.uri.fsPath, ".sallyport");
		fs.mkdirSync(own);
		try {
			const rules = { "insecure-url": "error", "secret-in-env": "off" };
			fs.writeFileSync(path.join(own, "policy.jsonc"), JSON.stringify({ version: 1, servers: [], rules }));
			fs.writeFileSync(policy, JSON.stringify({ version: 1, servers: [], rules: { "insecure-url": "info" } }));
			const content = tickets({ GITHUB_TOKEN: generateFakeToken() }, {});
			Object.assign(content, { mcpServers: { ...Object(Object.values(content)[0]), far: { url: "http://mcp.example.com/mcp" } } });
			const uri = files.write(".cursor/mcp.json", content);
			await openJudged(uri);
			const now = await until(
				() => new Map(diagnosticsOf(uri).map((each) => [ruleOf(each), each.severity])),
				(found) => found.get("insecure-url") === vscode.DiagnosticSeverity.Error,
			);
			assert.equal(now.get("secret-in-env"), vscode.DiagnosticSeverity.Warning);
		} finally {
			fs.rmSync(own, { recursive: true });
		}
	});
});

suite("hovers on a credential", () => {
	teardown(() => files.remove());

	test("say what it is, where to get a new one, where else it stands and what to do, and never what it is", async () => {
		const token = generateFakeToken();
		const one = files.write(".cursor/mcp.json", {
			mcpServers: {
				tickets: { command: "npx", args: ["-y", "tickets@1.0.0"], env: { GITHUB_TOKEN: token } },
				wiki: { command: "wiki", env: { GH_TOKEN: token } },
			},
		});
		files.writeBeside(one, ".mcp.json", tickets({ GITHUB_TOKEN: token }));
		const document = await openJudged(one);
		await findingOf(one, "shared-credential");
		const text = await until(
			() => hoverOn(document, token),
			(now) => now.includes("mcp.json"),
		);
		assert.match(text, /GITHUB\\?_TOKEN holds a GitHub/);
		assert.match(text, /https:\/\/github\.com\/settings\/tokens/);
		assert.match(text, /line \d+, for “wiki”/);
		assert.match(text, /\.mcp\.json\]\(file:.*#L\d+\), for “tickets”/);
		assert.match(text, /Move it out of the file by the quick fix, then have a new one issued/);
		for (let i = 0; i + 6 <= token.length; i++) if (i >= 4) assert.equal(text.includes(token.slice(i, i + 6)), false);
	});

	test("say of a JSON web token when it was issued and when it ends, as it says itself", async () => {
		const day = 86_400;
		const now = Math.floor(Date.now() / 1000);
		const live = jwt({ iat: now - 10 * day - 60, exp: now + 20 * day + 60 });
		const dead = jwt({ iat: now - 900 * day - 60, exp: now - 800 * day - 60 });
		const endless = jwt({ iat: now - 3 * day - 60 });
		const document = await openJudged(files.write(".cursor/mcp.json", tickets({ API_TOKEN: live, OLD_TOKEN: dead, MY_TOKEN: endless })));
		assert.match(await hoverOn(document, live), /It was issued on \d{4}(?:\\?-\d\d){2}, 10 days ago\. It expires on .*, in 20 days\./);
		assert.match(await hoverOn(document, dead), /issued on .*, 2 years ago\. It expired on .*, 2 years ago\./);
		assert.match(await hoverOn(document, endless), /3 days ago\. It never expires by itself\./);
	});

	test("stand over the value of a TOML file, too", async () => {
		const token = generateFakeToken();
		const document = await openJudged(
			files.write(
				".codex/config.toml",
				`[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "a@1.0.0"]\nenv = { GITHUB_TOKEN = "${token}" }\n`,
			),
		);
		assert.match(await hoverOn(document, token), /GITHUB\\?_TOKEN holds a GitHub/);
	});
});

suite("hovers on a host's own variable", () => {
	teardown(() => files.remove());

	test("say what this host makes of it", async () => {
		const inputs = [
			{ id: "token", type: "promptString", description: "Token of the tracker", password: true },
			{ id: "seen", type: "promptString", description: "Seen by all" },
		];
		const env = {
			A: "${input:token}",
			B: "${input:seen}",
			C: "${env:HOME}",
			D: "${workspaceFolder}/x",
			E: "${PLAIN_SHELL}",
			F: "op://v/i/field",
		};
		const document = await openJudged(
			files.write(".vscode/mcp.json", { inputs, servers: { a: { command: "npx", args: ["-y", "a@1.0.0"], env } } }),
		);
		assert.match(await hoverOn(document, env.A), /asks you for the value once.*Token.*keeps it encrypted/s);
		assert.match(await hoverOn(document, env.B), /keeps it in plain text/);
		assert.match(await hoverOn(document, env.C), /variable HOME of its own environment here. It is set/);
		assert.match(await hoverOn(document, env.D), /the path of the workspace folder/);
		assert.match(await hoverOn(document, env.E), /does not fill this in.*Write/s);
		assert.match(await hoverOn(document, env.F), /does not fill this in/);
	});
});

suite("links and tags", () => {
	teardown(() => files.remove());

	test("lead from a package to its page, and from nothing else", async () => {
		const document = await openJudged(
			files.write(".cursor/mcp.json", {
				mcpServers: {
					pinned: { command: "npx", args: ["-y", "@scope/tickets@1.0.0"] },
					python: { command: "uvx", args: ["tickets-py"] },
					own: { command: "npx", args: ["-y", "--registry", "https://packages.example.com", "private@1.0.0"] },
					far: { url: "https://mcp.example.com/mcp", headers: { Authorization: "${env:TOKEN}" } },
				},
			}),
		);
		const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>("vscode.executeLinkProvider", document.uri, 100);
		const ours = links.filter(({ tooltip }) => tooltip?.startsWith("Open the page of") === true);
		assert.deepEqual(
			ours.map(({ range, target }) => [document.getText(range), target?.toString(true)]),
			[
				["@scope/tickets@1.0.0", "https://www.npmjs.com/package/@scope/tickets/v/1.0.0"],
				["tickets-py", "https://pypi.org/project/tickets-py/"],
			],
		);
	});

	test("strike through what is deprecated, and fade an ignore that silences nothing", async () => {
		const uri = files.write(
			".vscode/mcp.json",
			'{ "servers": {\n  // sallyport-ignore insecure-url the port is local\n  "far": { "type": "sse", "url": "https://mcp.example.com/sse" }\n} }\n',
		);
		await openJudged(uri);
		assert.deepEqual((await findingOf(uri, "deprecated-sse")).tags, [vscode.DiagnosticTag.Deprecated]);
		assert.deepEqual((await findingOf(uri, "invalid-ignore")).tags, [vscode.DiagnosticTag.Unnecessary]);
	});
});

suite("one kind of finding", () => {
	teardown(() => files.remove());

	test("is mended in all of a file by one change, which one undo takes back", async () => {
		const text = JSON.stringify(
			{ mcpServers: { a: { url: "http://a.example.com" }, b: { url: "http://b.example.com" }, c: { url: "https://c.example.com" } } },
			null,
			2,
		);
		const document = await openJudged(files.write(".cursor/mcp.json", text));
		await take(document, "insecure-url", "Use https (all 2 in this file)");
		assert.equal(document.getText(), text.replaceAll("http://", "https://"));
		assert.equal(document.isDirty, false);
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), text);
	});
});
